"""How many questions may be under way at once, and who comes next: what holds everything up goes first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from optimizer_core.models.giving_way import Turn, having


class Work:
    """Something that is done in a turn, unless it is dropped.

    Args:
        do: does it.
    """

    def __init__(self, do: Callable[[], Awaitable[None]]) -> None:
        self._do = do
        self._is_dropped = False
        self._task: asyncio.Task[None] | None = None  # while it is under way

    async def run(self) -> None:
        """Do it, and go on where that was dropped meanwhile."""
        if self._is_dropped:
            return
        self._task = task = asyncio.current_task()
        assert task is not None  # every coroutine runs in one
        try:
            await self._do()
        except asyncio.CancelledError:
            if not self._is_dropped or task.cancelling() > 1:  # somebody wants whoever does it to end
                raise
        finally:
            self._task = None
            if self._is_dropped:
                task.uncancel()

    def drop(self) -> bool:
        """End it.

        Returns:
            Whether it is under way, so that its end is still to come.
        """
        self._is_dropped = True
        if self._task is None:
            return False
        self._task.cancel()
        return True


class Turns:
    """Does what waits, so much at once. Whoever has done one thing goes on with the next, in the same turn.

    A task for each thing, and a future for its turn, would let the loop go round twice more between an answer and the
    next question: with short answers the turns would be idle for a good part of the time.

    Args:
        count: turns.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._urgent: deque[Work] = deque()
        self._patient: deque[Work] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, do: Callable[[], Awaitable[None]], *, urgent: bool) -> Work:
        """Have something done when its turn comes.

        Args:
            do: does it; it may raise nothing, for nobody waits for it here.
            urgent: True goes before all that is not, first come, first served among its like.
        """
        work = Work(do)
        (self._urgent if urgent else self._patient).append(work)
        self._begin()
        return work

    def take_at_once(self) -> None:
        """Take a turn without waiting, even one too many: then the next that is given back goes to nobody."""
        self._free -= 1

    def give_back(self) -> None:
        """Let the next one have the turn."""
        self._free += 1
        self._begin()

    def _begin(self) -> None:
        while self._free > 0 and (work := self._next()) is not None:
            self._free -= 1
            task = asyncio.create_task(self._work(work))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self, work: Work | None) -> None:
        turn = Turn(self)
        with having(turn):
            while work is not None:
                await work.run()
                work = self._next() if turn.is_held and self._free >= 0 else None
        turn.end()  # not where this task is cancelled: then the loop ends, and nobody is to begin anything

    def _next(self) -> Work | None:
        for queue in (self._urgent, self._patient):
            if queue:
                return queue.popleft()
        return None
