"""What became of the items of a list: steps of a plan, few-shot examples."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Fate(StrEnum):
    """What happened to an item."""

    KEPT = "kept"
    MOVED = "moved"  # it says the same at another place
    CHANGED = "changed"
    INSERTED = "inserted"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item, before and after; its places are counted from 1."""

    fate: Fate
    before: Any = None
    after: Any = None
    was: int | None = None  # its place; None: it was not there
    now: int | None = None


def diff_lists(
    before: Sequence[Any],
    after: Sequence[Any],
    *,
    key: Callable[[Any], Hashable],
    resembles: Callable[[Any, Any], bool],
) -> list[Item]:
    """Return the items in the order of the new list; those that are gone come last.

    Args:
        before: the old list.
        after: the new one.
        key: equal items have equal keys; an item may occur more than once.
        resembles: whether the second item is the first one, changed.
    """
    was = _same(before, after, key)
    in_order = _longest_rise([place for place in was if place is not None])
    gone = sorted(set(range(len(before))) - {place for place in was if place is not None})
    items = []
    for now, item in enumerate(after):
        old = was[now]
        fate = Fate.INSERTED if old is None else Fate.KEPT if old in in_order else Fate.MOVED
        if old is None:
            old = next((place for place in gone if resembles(before[place], item)), None)
            if old is not None:
                gone.remove(old)
                fate = Fate.CHANGED
        place = None if old is None else old + 1
        items.append(Item(fate=fate, before=None if old is None else before[old], after=item, was=place, now=now + 1))
    return items + [Item(fate=Fate.DELETED, before=before[place], was=place + 1) for place in gone]


def _same(before: Sequence[Any], after: Sequence[Any], key: Callable[[Any], Hashable]) -> list[int | None]:
    """For each new item the place of the equal old one; equal items are paired in their order."""
    places: dict[Hashable, deque[int]] = defaultdict(deque)
    for place, item in enumerate(before):
        places[key(item)].append(place)
    return [known.popleft() if (known := places[key(item)]) else None for item in after]


def _longest_rise(places: Sequence[int]) -> set[int]:
    """The places that kept their order; so that as few items as possible are said to have moved."""
    ends: list[int] = []  # the smallest last place of a rise of each length
    previous: dict[int, int | None] = {}
    for place in places:
        length = bisect_left(ends, place)
        previous[place] = ends[length - 1] if length else None
        ends[length : length + 1] = [place]
    rise: set[int] = set()
    place_: int | None = ends[-1] if ends else None
    while place_ is not None:
        rise.add(place_)
        place_ = previous[place_]
    return rise
