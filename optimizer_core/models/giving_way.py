"""Whoever only waits until its answer is kept lets somebody else ask meanwhile.

A journal may let answers wait for company, so that it writes seldom. That costs a run no time as long as others may
ask: whoever holds one of a limited number of turns lends it, and goes on without waiting for another. Were it to wait,
those who have all the turns might be waiting for it: for the same answer, or for a lock that it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Turns(Protocol):
    """A limited number of turns."""

    async def take(self, *, urgent: bool) -> None: ...

    def take_at_once(self) -> None: ...

    def give_back(self) -> None: ...


class Turn:
    """One of a limited number of turns, as it is held for a sample.

    Args:
        turns: whose it is; None where there is no limit.
    """

    def __init__(self, turns: Turns | None) -> None:
        self._turns = turns
        self._is_held = False
        self._questions = 0  # under way, or answered and not kept yet

    async def take(self, *, urgent: bool) -> None:
        """Wait for the turn; whoever takes it must :meth:`give_back`."""
        if self._turns is not None:
            await self._turns.take(urgent=urgent)
            self._is_held = True

    def give_back(self) -> None:
        """Let the next one have it, unless it is lent."""
        if self._turns is not None and self._is_held:
            self._is_held = False
            self._turns.give_back()

    def begin_question(self) -> None:
        self._questions += 1

    def end_question(self) -> None:
        self._questions -= 1

    def lend(self) -> bool:
        """Let somebody else have it meanwhile, unless another question of the same sample is under way.

        Returns:
            Whether it is lent now: who goes on has to :meth:`take_back` it.
        """
        lends = self._is_held and self._questions == 1
        if lends:
            self.give_back()
        return lends

    def take_back(self) -> None:
        """Go on; for a moment there may be one more at once than turns."""
        if self._turns is not None:
            self._turns.take_at_once()
            self._is_held = True


_UNLIMITED = Turn(None)
_in_use: ContextVar[Turn] = ContextVar("turn", default=_UNLIMITED)


@contextmanager
def having(turn: Turn) -> Iterator[None]:
    """Let whatever is asked in here, also by tasks begun in here, be asked in this turn."""
    token = _in_use.set(turn)
    try:
        yield
    finally:
        _in_use.reset(token)


def turn_in_use() -> Turn:
    """Return the turn in which is asked; outside of any, there is nothing to lend."""
    return _in_use.get()
