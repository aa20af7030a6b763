"""Says "run 7 is at 42" to whoever watches: from any thread, through the channel layer, to the sockets here.

Messages carry a number and no content, because they may come late, twice or out of order. A subscription keeps only
the newest number, so it cannot grow. Without a watcher nothing is said: the database is the truth.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from channels.layers import get_channel_layer

#: Every process that has watchers joins this group once.
GROUP = "runs"
_MESSAGE = "run.moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A run has something new."""

    run_id: int
    project_id: int
    sequence: int
    reviews: bool = True  # whether how many reviews wait may be another number now


@dataclass(eq=False)
class Subscription:
    """One watcher: which news it wants, and whether there is any."""

    wants: Callable[[Moved], bool]
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, moved: Moved) -> None:
        if self.wants(moved):
            self._news.set()

    async def wait(self, *, seconds: float) -> bool:
        """Return True as soon as there is news, False when there was none for so long."""
        if not self._news.is_set():  # to wait with a limit takes a task of its own, for each of hundreds of sockets
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), seconds)
        came = self._news.is_set()
        self._news.clear()
        return came


class Hub:
    """The watchers of this process, and the one task that listens to the channel layer for them."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self._subscriptions: set[Subscription] = set()
        self._listener: asyncio.Task[None] | None = None
        self._joined = asyncio.Event()

    async def subscribe(self, wants: Callable[[Moved], bool]) -> Subscription:
        """Join. From the return on, no news is missed. Call :meth:`leave` at the end."""
        loop = asyncio.get_running_loop()
        if self.loop is not loop:  # the first watcher of this server; tests have many loops
            self.loop, self._listener = loop, None
            self._subscriptions.clear()
        subscription = Subscription(wants=wants)
        self._subscriptions.add(subscription)
        if self._listener is None or self._listener.done():
            self._joined = asyncio.Event()
            self._listener = loop.create_task(self._listen(self._joined), name="run-news")
        await self._joined.wait()
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Stop watching; the last one out stops the listener."""
        self._subscriptions.discard(subscription)
        if not self._subscriptions and self._listener is not None:
            self._listener.cancel()
            self.loop = self._listener = None

    async def _listen(self, joined: asyncio.Event) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        joined.set()
        try:
            while True:
                message = await layer.receive(channel)
                moved = Moved(**{field.name: message[field.name] for field in fields(Moved)})
                for subscription in self._subscriptions:
                    subscription.tell(moved)
        finally:
            await layer.group_discard(GROUP, channel)


hub = Hub()


def announce(run_id: int, *, project_id: int, sequence: int, reviews: bool = True) -> None:
    """Tell the watchers that a run has moved. May be called from any thread; silent where nobody watches."""
    loop = hub.loop
    if loop is None or loop.is_closed():
        return
    moved = Moved(run_id=run_id, project_id=project_id, sequence=sequence, reviews=reviews)
    message = {"type": _MESSAGE, **asdict(moved)}
    # From another thread only this wakes a loop that sleeps; a task of its own would wait for the next packet.
    asyncio.run_coroutine_threadsafe(_send(message), loop)


async def _send(message: dict[str, Any]) -> None:
    await get_channel_layer().group_send(GROUP, message)
