"""How many questions go to a model at once: fewer after "too many requests", one more after each round of answers."""

from __future__ import annotations

import threading

from optimizer_core.models.slots import Slots

#: What is left of the width after "too many requests".
NARROWER = 0.7


class Window:
    """Additive increase, multiplicative decrease, up to as many as were asked at once before. Safe across threads.

    It only ever lets questions wait, so no decision of a search depends on it.
    """

    def __init__(self) -> None:
        self._slots = Slots(None)
        self._lock = threading.Lock()
        self._width: float | None = None  # None: whoever asks decides
        self._full = 0  # questions that were under way when it was first narrowed
        self._round = 0  # how often it was narrowed

    @property
    def width(self) -> int | None:
        """How many questions are let through at once; None: all."""
        return None if self._width is None else int(self._width)

    @property
    def full(self) -> int:
        """How many it was before; it ends when it is as wide again."""
        return self._full

    async def enter(self) -> int:
        """Wait for a place; returns what :meth:`narrow` wants to know."""
        await self._slots.take()
        return self._round

    def leave(self) -> None:
        self._slots.give_back()

    def narrow(self, entered: int) -> None:
        """Take a "too many requests". Those that were asked together count once.

        Args:
            entered: what :meth:`enter` returned for the question.
        """
        with self._lock:
            if entered != self._round:
                return
            if self._width is None:
                self._width = self._full = max(1, self._slots.taken)
            self._width = max(1.0, self._width * NARROWER)
            self._round += 1
            self._slots.resize(int(self._width))

    def widen(self) -> None:
        """Take an answer."""
        if self._width is None:
            return
        with self._lock:
            if self._width is None:
                return
            self._width += 1 / self._width
            if self._width >= self._full:
                self._width = None
            self._slots.resize(self.width)
