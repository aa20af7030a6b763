"""What was made of an object, kept as long as the same object is asked about again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")


class ByIdentity(Generic[Made]):
    """A function whose last results are kept by the identity of its first argument.

    For objects that cannot be hashed but never change once they are used, such as a candidate's content. The object is
    held as long as its result is, so that no other one can take its identity.

    Args:
        make: makes a result of the object and of further, hashable arguments.
        capacity: results kept; the oldest goes first.
    """

    def __init__(self, make: Callable[..., Made], *, capacity: int = 256) -> None:
        self._make, self._capacity = make, capacity
        self._kept: dict[Hashable, tuple[Any, Made]] = {}
        self._lock = threading.Lock()

    def __call__(self, source: Any, *more: Hashable) -> Made:
        key: Hashable = (id(source), *more) if more else id(source)
        kept = self._kept.get(key)
        if kept is not None:
            return kept[1]
        made = self._make(source, *more)
        with self._lock:
            self._kept[key] = (source, made)
            if len(self._kept) > self._capacity:
                del self._kept[next(iter(self._kept))]
        return made
