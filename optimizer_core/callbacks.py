"""Callbacks: listen to a run, keep its history, stop it early, write it down."""

from __future__ import annotations

import csv
import math
import operator
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, ClassVar, Protocol

from optimizer_core.errors import ConfigurationError
from optimizer_core.events import (
    BatchFinished,
    BestChanged,
    CandidateProposed,
    EpochFinished,
    EpochStarted,
    Event,
    RunFinished,
    RunStarted,
    ValidationFinished,
)
from optimizer_core.json_values import JsonObject


class Listener(Protocol):
    """Whatever may stand in ``callbacks``. An error it raises stops the run."""

    def on_event(self, event: Event) -> None: ...


class Stoppable(Protocol):
    """What a callback may do to the program that is being trained."""

    stop_training: bool
    stop_reason: str

    def save(self, path: str | Path, *, content: JsonObject | None = None) -> None: ...


class Callback:
    """Listens to a run: override :meth:`on_event` for everything, or the hooks for the main moments.

    ``self.program`` is the program that is being trained; ``self.program.stop_training = True`` ends the run after
    the current batch. An error raised here stops the run: what cannot be recorded must not go on.
    """

    program: Stoppable

    def on_event(self, event: Event) -> None:
        """Receive every event, in order, in the thread of the run; calls the hooks."""
        match event:
            case RunStarted():
                self.on_train_begin()
            case EpochStarted():
                self.on_epoch_begin(event.epoch)
            case BatchFinished():
                self.on_train_batch_end(event.batch, event.logs)
            case ValidationFinished():
                self.on_validation_end(event.epoch, event.logs)
            case EpochFinished():
                self.on_epoch_end(event.epoch, event.logs)
            case RunFinished():
                self.on_train_end()
            case _:
                pass

    def on_train_begin(self) -> None:
        """The run started."""

    def on_epoch_begin(self, epoch: int) -> None:
        """An epoch started."""

    def on_train_batch_end(self, batch: int, logs: JsonObject) -> None:
        """A batch is done: ``reward`` of the parent, ``n``, ``child``, metrics."""

    def on_validation_end(self, epoch: int, logs: JsonObject) -> None:
        """A candidate answered the whole validation set: ``val_reward``, ``n``, metrics; epoch −1 is the baseline."""

    def on_epoch_end(self, epoch: int, logs: JsonObject) -> None:
        """An epoch is done, with the logs of training and, where there was one, of validation."""

    def on_train_end(self) -> None:
        """The run is over, however it ended."""


class History(Callback):
    """Keeps the logs of every epoch: ``history["val_reward"][0]``. ``fit`` returns one."""

    def __init__(self) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[Any]] = {}
        self.baseline: JsonObject = {}  # logs of the starting value on the validation set
        self.finished: RunFinished | None = None  # how the run ended, with best and baseline

    def on_event(self, event: Event) -> None:
        if isinstance(event, RunFinished):
            self.finished = event
        super().on_event(event)

    def on_validation_end(self, epoch: int, logs: JsonObject) -> None:
        if epoch < 0:
            self.baseline = dict(logs)

    def on_epoch_end(self, epoch: int, logs: JsonObject) -> None:
        self.epoch.append(epoch)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)


class Monitor:
    """Watches one number of the logs and says when it got better.

    Raises:
        ConfigurationError: the mode is unknown.
    """

    _BETTER: ClassVar[dict[str, Callable[[float, float], bool]]] = {
        "auto": operator.gt,
        "max": operator.gt,
        "min": operator.lt,
    }

    def __init__(self, name: str, *, mode: str = "auto", min_delta: float = 0.0, start: float | None = None) -> None:
        if mode not in self._BETTER:
            raise ConfigurationError(f"mode={mode!r} must be one of {', '.join(self._BETTER)}")
        self.name = name
        self._better = self._BETTER[mode]
        self._step = -min_delta if mode == "min" else min_delta
        self.best = start

    def improved(self, logs: JsonObject) -> bool | None:
        """Return whether the number is the best so far; None where the logs do not have it."""
        value = logs.get(self.name)
        if not isinstance(value, (int, float)) or math.isnan(value):
            return None
        if self.best is not None and not self._better(value, self.best + self._step):
            return False
        self.best = float(value)
        return True


class EarlyStopping(Callback):
    """Ends the run when a number stops getting better, or is good enough.

    The program ends with the best candidate anyway, so nothing has to be restored.

    Args:
        monitor: name in the logs of an epoch.
        min_delta: a smaller change does not count.
        stop_at: ends the run at once when reached; None never does.
        patience: epochs without improvement that are forgiven.
        mode: "max", "min", or "auto" for "max".
        baseline: what must be exceeded from the start.
        start_from_epoch: epochs before it are not looked at.

    Raises:
        ConfigurationError: a value cannot work.
    """

    def __init__(
        self,
        *,
        monitor: str = "val_reward",
        min_delta: float = 0.0,
        stop_at: float | None = 1.0,
        patience: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        start_from_epoch: int = 0,
    ) -> None:
        if patience < 0:
            raise ConfigurationError(f"patience={patience!r} must be 0 or more")
        self._monitor = Monitor(monitor, mode=mode, min_delta=abs(min_delta), start=baseline)
        self._reached = operator.le if mode == "min" else operator.ge
        self._stop_at, self._patience, self._start = stop_at, patience, start_from_epoch
        self._waited = 0

    def on_epoch_end(self, epoch: int, logs: JsonObject) -> None:
        if epoch < self._start:
            return
        improved = self._monitor.improved(logs)
        if improved is None:
            return
        self._waited = 0 if improved else self._waited + 1
        if self._stop_at is not None and self._reached(logs[self._monitor.name], self._stop_at):
            self.program.stop_training, self.program.stop_reason = True, "target_reached"
        elif self._waited > self._patience:
            self.program.stop_training = True


class CSVLogger(Callback):
    """Writes the logs of each epoch as a line: ``epoch``, then the log names in order; "NA" where one is missing.

    Args:
        filepath: where to.
        separator: between the columns.
        append: True continues a file that is there.
    """

    def __init__(self, filepath: str | Path, *, separator: str = ",", append: bool = False) -> None:
        self._path, self._separator, self._append = Path(filepath), separator, append
        self._columns: list[str] = []

    def on_train_begin(self) -> None:
        if self._append and self._path.exists():
            with self._path.open(encoding="utf-8", newline="") as file:
                self._columns = next(csv.reader(file, delimiter=self._separator), [])
        else:
            self._path.write_text("", encoding="utf-8")

    def on_epoch_end(self, epoch: int, logs: JsonObject) -> None:
        with self._path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=self._separator)
            if not self._columns:
                self._columns = ["epoch", *sorted(logs)]
                writer.writerow(self._columns)
            row = {"epoch": epoch, **logs}
            writer.writerow([row.get(column, "NA") for column in self._columns])


class ProgramCheckpoint(Callback):
    """Saves the program with the best candidate so far.

    Args:
        filepath: a ``.json`` file; ``{epoch}`` (counted from 1), ``{batch}`` and log names are filled in.
        monitor: name in the logs.
        save_best_only: True saves only when the monitored number got better.
        mode: "max", "min", or "auto" for "max".
        save_freq: "epoch", or a number of batches.
        initial_value_threshold: what must be exceeded from the start, with ``save_best_only``.

    Raises:
        ConfigurationError: a value cannot work.
    """

    def __init__(
        self,
        filepath: str | Path,
        *,
        monitor: str = "val_reward",
        save_best_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        if not str(filepath).endswith(".json"):
            raise ConfigurationError(f"filepath={str(filepath)!r} must end in .json")
        if save_freq != "epoch" and not (isinstance(save_freq, int) and save_freq >= 1):
            raise ConfigurationError(f'save_freq={save_freq!r} must be "epoch" or a number of batches')
        self._path, self._best_only, self._freq = str(filepath), save_best_only, save_freq
        self._monitor = Monitor(monitor, mode=mode, start=initial_value_threshold)
        self._contents: dict[str, JsonObject] = {}
        self._best = ""
        self._epoch, self._batches = 0, 0

    def on_event(self, event: Event) -> None:
        if isinstance(event, CandidateProposed):
            self._contents[event.candidate] = event.content
        elif isinstance(event, BestChanged):
            self._best = event.candidate
        super().on_event(event)

    def on_epoch_begin(self, epoch: int) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: JsonObject) -> None:
        self._batches += 1
        if isinstance(self._freq, int) and self._batches % self._freq == 0:
            self._save({"batch": batch + 1, **logs})

    def on_epoch_end(self, epoch: int, logs: JsonObject) -> None:
        if self._freq == "epoch":
            self._save(logs)

    def _save(self, logs: JsonObject) -> None:
        if self._best_only and not self._monitor.improved(logs):
            return
        path = self._path.format(**{"epoch": self._epoch + 1, **logs})
        self.program.save(path, content=self._contents.get(self._best))


class ProgressBar(Callback):
    """Shows how far a run is, one line an epoch.

    Args:
        stream: where to write; the terminal's error stream when left out.
        width: of the bar, in characters.
    """

    def __init__(self, *, stream: IO[str] | None = None, width: int = 24) -> None:
        self._stream, self._width = stream or sys.stderr, width
        self._batches, self._epochs = 0, ""
        self._epoch = 0

    def on_event(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._batches = event.batches
            self._epochs = f"/{event.epochs}" if event.epochs else ""
        super().on_event(event)

    def on_validation_end(self, epoch: int, logs: JsonObject) -> None:
        if epoch < 0:
            self._stream.write(f"baseline: {_shown(logs)}\n")

    def on_epoch_begin(self, epoch: int) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: JsonObject) -> None:
        self._line(batch + 1, logs, end="")

    def on_epoch_end(self, epoch: int, logs: JsonObject) -> None:
        self._line(self._batches, logs, end="\n")

    def _line(self, done: int, logs: JsonObject, *, end: str) -> None:
        filled = self._width * done // max(1, self._batches)
        bar = "█" * filled + "░" * (self._width - filled)
        epoch = f"epoch {self._epoch + 1}{self._epochs}"
        self._stream.write(f"\r\x1b[K{epoch} {bar} {done}/{self._batches} {_shown(logs)}{end}")
        self._stream.flush()


def _shown(logs: JsonObject) -> str:
    return " ".join(f"{name} {value:.4g}" for name, value in logs.items() if isinstance(value, (int, float)))
