"""Each result is made once and kept, however many ask for it at the same time and from whatever thread."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from optimizer_core.errors import ModelError

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class SharedResults(Generic[Key, Value]):
    """A cache whose entries may still be under way.

    Whoever asks first makes the result; others wait for it. A model's failure reaches all who wait and is not kept.
    Where the maker gave up for reasons of its own (cancelled, stopped, out of budget), the next one makes it.

    Args:
        capacity: entries kept; the oldest goes first.
    """

    def __init__(self, *, capacity: int = 100_000) -> None:
        self._capacity = capacity
        # Keys that are made together share one entry; each finds its value in it, or none where nothing was made.
        self._entries: dict[Key, Future[Mapping[Key, Value]]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    async def get(
        self, keys: Sequence[Key], make: Callable[[list[Key]], Awaitable[Sequence[Value]]]
    ) -> tuple[list[Value], set[Key]]:
        """Return the values of ``keys`` in order, and the keys that were made now and by this call.

        Args:
            keys: may repeat.
            make: is given the distinct keys that nobody has or makes yet, and returns their values in order.

        Raises:
            ModelError: as raised by ``make``, here or in another call that was waited for.
        """
        found: dict[Key, Value] = {}
        made: set[Key] = set()
        while missing := [key for key in dict.fromkeys(keys) if key not in found]:
            mine, theirs = self._claim(missing)
            if mine:
                found.update(zip(mine, await self._make(mine, make), strict=True))
                made.update(mine)
            for key, entry in theirs.items():
                # Shielded: whoever stops waiting must not cancel it for the others.
                values = entry.result() if entry.done() else await asyncio.shield(asyncio.wrap_future(entry))
                if key in values:
                    found[key] = values[key]
        return [found[key] for key in keys], made

    def _claim(self, keys: list[Key]) -> tuple[list[Key], dict[Key, Future[Mapping[Key, Value]]]]:
        entry: Future[Mapping[Key, Value]] = Future()
        with self._lock:
            theirs = {key: self._entries[key] for key in keys if key in self._entries}
            mine = [key for key in keys if key not in theirs]
            self._entries.update(dict.fromkeys(mine, entry))
            return mine, theirs

    async def _make(self, keys: list[Key], make: Callable[[list[Key]], Awaitable[Sequence[Value]]]) -> Sequence[Value]:
        try:
            values = await make(keys)
        except BaseException as error:
            entry = self._drop(keys)
            if isinstance(error, ModelError):
                entry.set_exception(error)
            else:
                entry.set_result({})  # "make it yourself"
            raise
        with self._lock:
            self._entries[keys[0]].set_result(dict(zip(keys, values, strict=True)))
            self._forget_oldest()
        return values

    def _forget_oldest(self) -> None:
        over = len(self._entries) - self._capacity
        oldest = list(itertools.islice(self._entries, over)) if over > 0 else []
        for key in oldest:
            if self._entries[key].done():
                del self._entries[key]

    def _drop(self, keys: list[Key]) -> Future[Mapping[Key, Value]]:
        with self._lock:
            entries = [self._entries.pop(key) for key in keys]
        return entries[0]
