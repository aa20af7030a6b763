"""History: the logs of every epoch, what was spent, and which samples failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from optimizer_core.callbacks.base import Callback
from optimizer_core.events import CandidateScored, Event, RunFinished, SpendUpdated
from optimizer_core.json_values import JsonObject

#: Failed samples that are kept; the oldest go first.
MOST_FAILURES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A sample that counted 0 because it could not be answered or judged."""

    candidate: str
    split: str  # train, validation or test
    sample: str
    error: str


class History(Callback):
    """Keeps the logs of every epoch: ``history.history["val_reward"][0]``. ``fit`` returns one."""

    def __init__(self) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[Any]] = {}
        self.baseline: JsonObject = {}  # logs of the starting value on the validation set
        self.finished: RunFinished | None = None  # how the run ended, with best and baseline
        self.spend: SpendUpdated | None = None  # calls, tokens, money and time, together and by role
        self.failures: list[Failure] = []  # samples that counted 0, and why
        self.nb_failures = 0  # how many there were, also those that are not kept

    def on_event(self, event: Event) -> None:
        if isinstance(event, RunFinished):
            self.finished = event
        elif isinstance(event, SpendUpdated):
            self.spend = event
        elif isinstance(event, CandidateScored):
            self._note_failures(event)
        super().on_event(event)

    def _note_failures(self, event: CandidateScored) -> None:
        failed = [
            Failure(candidate=event.candidate, split=event.split, sample=result.sample, error=result.error)
            for result in event.results
            if result.error
        ]
        self.failures.extend(failed)
        del self.failures[:-MOST_FAILURES]
        self.nb_failures += len(failed)

    def on_validation_end(self, epoch: int, logs: JsonObject) -> None:
        if epoch < 0:
            self.baseline = dict(logs)

    def on_epoch_end(self, epoch: int, logs: JsonObject) -> None:
        self.epoch.append(epoch)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)
