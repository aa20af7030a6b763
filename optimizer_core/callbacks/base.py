"""What listens to a run: the protocol, and a base class with hooks."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from optimizer_core.events import (
    BatchFinished,
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

    def save_variables(self, path: str | Path, *, content: JsonObject | None = None) -> None: ...


class Callback:
    """Listens to a run: override :meth:`on_event` for everything, or the hooks for the main moments.

    ``self.program`` is the program that is being trained; ``self.program.stop_training = True`` ends the run after
    the current batch. An error raised here stops the run: what cannot be recorded must not go on.
    """

    program: Stoppable

    def __init_subclass__(cls, **settings: object) -> None:
        """Refuse a hook that nothing would ever call.

        Raises:
            TypeError: a method is called like a hook, and there is no such hook.
        """
        super().__init_subclass__(**settings)
        hooks = sorted(name for name in vars(Callback) if name.startswith("on_"))
        for name in vars(cls):
            if name.startswith("on_") and not hasattr(Callback, name):
                raise TypeError(f"{cls.__name__}.{name} is no hook and would never be called; use {', '.join(hooks)}")

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
