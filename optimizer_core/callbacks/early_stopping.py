"""EarlyStopping: ends a run that gets no better, or is good enough."""

from __future__ import annotations

import operator

from optimizer_core.callbacks.base import Callback
from optimizer_core.callbacks.monitor import Monitor
from optimizer_core.errors import ConfigurationError
from optimizer_core.events import Event, RunStarted
from optimizer_core.json_values import JsonObject

#: What logs call a mean reward, of which 1 is usually the most.
REWARDS = ("reward", "val_reward")


class EarlyStopping(Callback):
    """Ends the run when a number stops getting better, or is good enough.

    The program ends with the best candidate anyway, so nothing has to be restored. With a run it begins anew;
    with a resumed one it goes on with what it has seen.

    Args:
        monitor: name in the logs of an epoch; one that is not there is warned of.
        min_delta: a smaller change does not count.
        stop_at: ends the run at once when reached; None never does; "auto" is 1.0 for a reward that is to rise, and
            None for anything else.
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
        stop_at: float | str | None = "auto",
        patience: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        start_from_epoch: int = 0,
    ) -> None:
        if patience < 0:
            raise ConfigurationError(f"patience={patience!r} must be 0 or more")
        self._monitor = Monitor(monitor, mode=mode, min_delta=abs(min_delta), start=baseline)
        self._reached = operator.le if mode == "min" else operator.ge
        if stop_at == "auto":
            stop_at = 1.0 if monitor in REWARDS and mode != "min" else None
        if isinstance(stop_at, str):
            raise ConfigurationError(f'stop_at={stop_at!r} must be a number, "auto" or None')
        self._stop_at, self._patience, self._start = stop_at, patience, start_from_epoch
        self._waited = 0

    def on_event(self, event: Event) -> None:
        if isinstance(event, RunStarted) and not event.resumed:
            self._monitor.begin()
            self._waited = 0
        super().on_event(event)

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
