"""How many questions may be under way at once, and who comes next: what holds everything up goes first."""

from __future__ import annotations

import asyncio
from collections import deque


class Turns:
    """A semaphore with two queues.

    Args:
        count: questions under way at once.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._patient: deque[asyncio.Future[None]] = deque()

    async def take(self, *, urgent: bool) -> None:
        """Wait for a turn; whoever has one must :meth:`give_back`.

        Args:
            urgent: True goes before all who are not, first come, first served among their like.
        """
        if self._free > 0:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        (self._urgent if urgent else self._patient).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it came in the same moment
                self.give_back()
            raise

    def take_at_once(self) -> None:
        """Take a turn without waiting, even one too many: then the next that is given back goes to nobody."""
        self._free -= 1

    def give_back(self) -> None:
        """Let the next one have the turn."""
        if self._free < 0:
            self._free += 1
            return
        for queue in (self._urgent, self._patient):
            while queue:
                turn = queue.popleft()
                if not turn.done():  # else whoever waited was cancelled
                    turn.set_result(None)
                    return
        self._free += 1
