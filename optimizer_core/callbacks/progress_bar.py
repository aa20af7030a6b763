"""ProgressBar: how far a run is, on the terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from typing import IO

from optimizer_core.callbacks.base import Callback, Listener
from optimizer_core.errors import ConfigurationError
from optimizer_core.events import Event, RunStarted
from optimizer_core.json_values import JsonObject


class ProgressBar(Callback):
    """Shows how far a run is, one line an epoch.

    Args:
        stream: where to write; the terminal's error stream when left out.
        width: of the bar, in characters.
        every_batch: False writes only where an epoch ends, for logs that are no terminal.
    """

    def __init__(self, *, stream: IO[str] | None = None, width: int = 24, every_batch: bool = True) -> None:
        self._stream, self._width, self._every_batch = stream or sys.stderr, width, every_batch
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
        if self._every_batch:
            self._line(batch + 1, logs, end="")

    def on_epoch_end(self, epoch: int, logs: JsonObject) -> None:
        self._line(self._batches, logs, end="\n")

    def _line(self, done: int, logs: JsonObject, *, end: str) -> None:
        filled = self._width * done // max(1, self._batches)
        bar = "█" * filled + "░" * (self._width - filled)
        epoch = f"epoch {self._epoch + 1}{self._epochs}"
        clear = "\r\x1b[K" if self._every_batch else ""
        self._stream.write(f"{clear}{epoch} {bar} {done}/{self._batches} {_shown(logs)}{end}")
        self._stream.flush()


def progress_for(verbose: str | int, callbacks: Sequence[Listener]) -> tuple[ProgressBar, ...]:
    """Return the bar that ``fit(verbose=…)`` asks for.

    Args:
        verbose: 0 none, 1 a bar, 2 a line an epoch; "auto" a bar where somebody may see it: on a terminal, in the main
            thread, and only where ``callbacks`` have none.
        callbacks: the caller's own.

    Raises:
        ConfigurationError: it is none of these.
    """
    if verbose == "auto":
        seen = sys.stderr.isatty() and threading.current_thread() is threading.main_thread()
        verbose = int(seen and not any(isinstance(one, ProgressBar) for one in callbacks))
    if verbose not in (0, 1, 2):
        raise ConfigurationError(f'verbose={verbose!r} must be 0, 1, 2 or "auto"')
    return (ProgressBar(every_batch=verbose == 1),) if verbose else ()


def _shown(logs: JsonObject) -> str:
    return " ".join(f"{name} {value:.4g}" for name, value in logs.items() if isinstance(value, (int, float)))
