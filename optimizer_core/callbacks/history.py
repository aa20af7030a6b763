"""History: the logs of every epoch."""

from __future__ import annotations

from typing import Any

from optimizer_core.callbacks.base import Callback
from optimizer_core.events import Event, RunFinished
from optimizer_core.json_values import JsonObject


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
