"""Stopping: a request from another thread ends what is under way within a moment."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from optimizer_core.budget import Meter
from optimizer_core.errors import RunStopped

T = TypeVar("T")

#: Seconds between two looks at the request.
POLL = 0.1


class Stopper:
    """Runs the work of a run so that it can be interrupted.

    Args:
        event: set by whoever wants the run to end; may be set from another thread.
        meter: refuses further calls from then on.
    """

    def __init__(self, event: threading.Event | None, meter: Meter) -> None:
        self._event = event
        self._meter = meter
        self._tasks: set[asyncio.Task[Any]] = set()
        self._cancelled: set[asyncio.Task[Any]] = set()  # by a request to stop
        self.requested = False

    async def watch(self) -> None:
        """Look at the request until it comes, then cancel all guarded work."""
        while self._event is not None and not self.requested:
            if self._event.is_set():
                self.stop()
                return
            await asyncio.sleep(POLL)

    def stop(self) -> None:
        """End all guarded work, and let none begin."""
        self.requested = True
        self._meter.stop()
        for task in tuple(self._tasks):
            self._cancelled.add(task)
            task.cancel()

    async def guard(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work; a request to stop ends it. Guards are not nested.

        Raises:
            RunStopped: the run was asked to stop, before or meanwhile.
        """
        if not self.requested and self._event is not None and self._event.is_set():
            self.stop()
        if self.requested:
            work.close()
            raise RunStopped("the run was asked to stop")
        task = asyncio.current_task()
        assert task is not None  # every coroutine runs in one
        self._tasks.add(task)
        try:
            return await work
        except BaseException:
            # Whatever the work made of being cancelled, if nobody else wants the task to end.
            if task in self._cancelled and task.cancelling() <= 1:
                raise RunStopped("the run was asked to stop") from None
            raise
        finally:
            self._tasks.discard(task)
            if task in self._cancelled:
                self._cancelled.discard(task)
                task.uncancel()
