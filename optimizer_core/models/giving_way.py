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

    def take_at_once(self) -> None: ...

    def give_back(self) -> None: ...


class Turn:
    """One of a limited number of turns, as it is held by whoever does one thing after the other in it.

    Args:
        turns: whose it is, taken already; None where there is no limit.
    """

    def __init__(self, turns: Turns | None) -> None:
        self._turns = turns
        self.is_held = turns is not None
        self._questions = 0  # under way, or answered and not kept yet

    def end(self) -> None:
        """Let the next one have it, unless it is lent."""
        if self._turns is not None and self.is_held:
            self.is_held = False
            self._turns.give_back()

    def begin_question(self) -> None:
        self._questions += 1

    def end_question(self) -> None:
        self._questions -= 1

    def lend(self) -> bool:
        """Let somebody else have it meanwhile, unless another question in it is under way.

        Returns:
            Whether it is lent now: who goes on has to :meth:`take_back` it.
        """
        lends = self.is_held and self._questions == 1
        if lends:
            self.end()
        return lends

    def take_back(self) -> None:
        """Go on; for a moment there may be one more at once than turns."""
        if self._turns is not None:
            self._turns.take_at_once()
            self.is_held = True


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
