"""Each result is made once and kept, however many ask for it at the same time and from whatever thread."""

from __future__ import annotations

import asyncio
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
        self._known: dict[Key, Value] = {}
        # Keys that are made together share one list of those who wait; each finds its value in what these are given,
        # or none where nothing was made.
        self._under_way: dict[Key, list[Future[Mapping[Key, Value]]]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known) + len(self._under_way)

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
            mine, theirs = self._claim(missing, found)
            if mine:
                found.update(zip(mine, await self._make(mine, make), strict=True))
                made.update(mine)
            for key, entry in theirs.items():
                # Shielded: whoever stops waiting must not cancel what is about to be given a result.
                values = entry.result() if entry.done() else await asyncio.shield(asyncio.wrap_future(entry))
                if key in values:
                    found[key] = values[key]
        return [found[key] for key in keys], made

    def _claim(
        self, keys: list[Key], found: dict[Key, Value]
    ) -> tuple[list[Key], dict[Key, Future[Mapping[Key, Value]]]]:
        """Put into ``found`` what is known; return what the caller is to make, and what others are making."""
        mine: list[Key] = []
        theirs: dict[Key, Future[Mapping[Key, Value]]] = {}
        with self._lock:
            for key in keys:
                if key in self._known:
                    found[key] = self._known[key]
                elif key in self._under_way:
                    theirs[key] = Future()
                    self._under_way[key].append(theirs[key])
                else:
                    mine.append(key)
            if mine:
                waiting: list[Future[Mapping[Key, Value]]] = []
                self._under_way.update(dict.fromkeys(mine, waiting))
        return mine, theirs

    async def _make(self, keys: list[Key], make: Callable[[list[Key]], Awaitable[Sequence[Value]]]) -> Sequence[Value]:
        try:
            values = await make(keys)
            made = dict(zip(keys, values, strict=True))
        except BaseException as error:
            for entry in self._drop(keys, {}):
                if isinstance(error, ModelError):
                    entry.set_exception(error)
                else:
                    entry.set_result({})  # "make it yourself"
            raise
        for entry in self._drop(keys, made):
            entry.set_result(made)
        return values

    def _drop(self, keys: list[Key], made: Mapping[Key, Value]) -> list[Future[Mapping[Key, Value]]]:
        """Close what was under way, keep what was made of it, and return what others wait for."""
        with self._lock:
            waiting = [self._under_way.pop(key) for key in keys]
            self._known.update(made)
            while len(self._known) > self._capacity:
                del self._known[next(iter(self._known))]
        return waiting[0]
