"""ProgressBar: how far a run is, on the terminal."""

from __future__ import annotations

import sys
from typing import IO

from optimizer_core.callbacks.base import Callback
from optimizer_core.events import Event, RunStarted
from optimizer_core.json_values import JsonObject


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
