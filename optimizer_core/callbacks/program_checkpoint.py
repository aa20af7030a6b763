"""ProgramCheckpoint: saves the program with the best candidate so far."""

from __future__ import annotations

from pathlib import Path

from optimizer_core.callbacks.base import Callback
from optimizer_core.callbacks.monitor import Monitor
from optimizer_core.errors import ConfigurationError
from optimizer_core.events import BestChanged, CandidateProposed, Event, RunStarted
from optimizer_core.json_values import JsonObject


class ProgramCheckpoint(Callback):
    """Saves the program with the best candidate so far.

    With a run it begins anew; with a resumed one it goes on with what it has seen.

    Args:
        filepath: a ``.json`` file; ``{epoch}`` (counted from 1), ``{batch}`` and log names are filled in.
        monitor: name in the logs, with ``save_best_only``; one that is not there is warned of.
        save_best_only: True saves only when the monitored number got better.
        save_variables_only: True saves what the variables hold, for ``Program.load_variables``, and nothing else.
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
        save_variables_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        if not str(filepath).endswith(".json"):
            raise ConfigurationError(f"filepath={str(filepath)!r} must end in .json")
        if save_freq != "epoch" and not (isinstance(save_freq, int) and save_freq >= 1):
            raise ConfigurationError(f'save_freq={save_freq!r} must be "epoch" or a number of batches')
        if save_best_only and save_freq != "epoch" and monitor.startswith("val_"):
            raise ConfigurationError(
                f"monitor={monitor!r} is not in the logs of a batch, so save_freq={save_freq!r} would save nothing; "
                'monitor "reward" or "child", or leave save_freq out'
            )
        self._path, self._best_only, self._freq = str(filepath), save_best_only, save_freq
        self._variables_only = save_variables_only
        self._monitor = Monitor(monitor, mode=mode, start=initial_value_threshold)
        self._begin()

    def _begin(self) -> None:
        self._monitor.begin()
        self._contents: dict[str, JsonObject] = {}
        self._best = ""
        self._epoch, self._batches = 0, 0

    def on_event(self, event: Event) -> None:
        if isinstance(event, RunStarted) and not event.resumed:
            self._begin()
        elif isinstance(event, CandidateProposed):
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
        save = self.program.save_variables if self._variables_only else self.program.save
        save(path, content=self._contents.get(self._best))
