"""A limit on how many questions are under way at once, across event loops and threads."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from types import TracebackType


class Slots:
    """An async semaphore that is not bound to one event loop; first come, first served.

    Args:
        count: how many may hold a slot at the same time; None for no limit.
    """

    def __init__(self, count: int | None) -> None:
        self._count = count
        self._taken = 0
        self._waiting: deque[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = deque()
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """How many hold a slot."""
        return self._taken

    def resize(self, count: int | None) -> None:
        """Take another limit; nobody loses a slot."""
        with self._lock:
            self._count = count
            self._serve()

    async def take(self) -> None:
        """Wait for a slot; whoever has one must :meth:`give_back`."""
        with self._lock:
            if self._has_room:
                self._taken += 1
                return
            loop = asyncio.get_running_loop()
            turn: asyncio.Future[None] = loop.create_future()
            self._waiting.append((loop, turn))
        try:
            await turn
        except asyncio.CancelledError:
            with self._lock:
                still_waiting = (loop, turn) in self._waiting
                if still_waiting:
                    self._waiting.remove((loop, turn))
            if not still_waiting:
                self.give_back()  # the slot was already on its way here
            raise

    def give_back(self) -> None:
        """Let the next one have the slot."""
        with self._lock:
            self._taken -= 1
            self._serve()

    async def __aenter__(self) -> None:
        await self.take()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_back()

    @property
    def _has_room(self) -> bool:
        return self._count is None or self._taken < self._count

    def _serve(self) -> None:
        while self._waiting and self._has_room:
            loop, turn = self._waiting.popleft()
            try:
                loop.call_soon_threadsafe(_grant, turn)
            except RuntimeError:
                continue  # that loop was closed with its waiter; the next one is served
            self._taken += 1


def _grant(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
