"""What the writer's thread is given to do, and how whoever waits for it hears of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from omegaweb.engine.holding import Holding

#: Writes things, each in a statement that holds the run.
Write: TypeAlias = Callable[[Sequence[Any], Holding], None]

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something else to be done."""

    run_id: int
    work: Callable[[], Any]
    is_urgent: bool = True  # mostly somebody waits for it
    done: Future[Any] = field(default_factory=Future)

    def do(self) -> None:
        """Do the work, and tell whoever still waits for it how it went."""
        is_waited_for = self.done.set_running_or_notify_cancel()
        try:
            result = self.work()
        except Exception as error:  # whoever waits hears of it
            if is_waited_for:
                self.done.set_exception(error)
        else:
            if is_waited_for:
                self.done.set_result(result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Things that a loop waits for until they are rows; what comes together is written together."""

    run_id: int
    things: Sequence[Any]
    write: Write
    stored: asyncio.Future[None]


class Pile:
    """Things of one run that nobody waits for; they are written together after a while, before what was said of them.

    Args:
        run_id: the run.
        write: writes several of them.
    """

    def __init__(self, run_id: int, write: Write) -> None:
        self.run_id, self.write = run_id, write
        self._things: deque[Any] = deque()
        self._is_queued = False

    def add(self, thing: Any) -> bool:
        """Put something on top; return whether the writer has to be told. The run's thread."""
        self._things.append(thing)
        if self._is_queued:  # and if it is taken in this moment, the thing goes along
            return False
        self._is_queued = True
        return True

    def take(self) -> list[Any]:
        """Take all there is. Any thread."""
        self._is_queued = False  # first: what is added from now on is told again, and at worst found gone
        return taken(self._things)


def taken(items: deque[Item]) -> list[Item]:
    """Take all there is; others may add to it meanwhile, or take from it."""
    found: list[Item] = []
    with contextlib.suppress(IndexError):
        while True:
            found.append(items.popleft())
    return found


def tell(kept: Sequence[Kept], error: Exception | None) -> None:
    """Tell a loop how it went, once for all who wait: to wake it up takes longer than the rest."""
    waiting = [each.stored for each in kept]
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        waiting[0].get_loop().call_soon_threadsafe(_settle, waiting, error)


def _settle(waiting: Sequence[asyncio.Future[None]], error: Exception | None) -> None:
    for future in waiting:
        if future.done():  # nobody waits for it any more
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
