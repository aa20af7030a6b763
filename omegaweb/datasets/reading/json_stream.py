"""Finds the rows in a stream of JSON without holding more than one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import ijson

from omegaweb.datasets.reading.values import DEPTH_LIMIT, Unstorable

ROWS_KEY = "rows"
OPENING = frozenset({"start_map", "start_array"})
CLOSING = frozenset({"end_map", "end_array"})

Event = tuple[str, Any]


class Readable(Protocol):
    """What ijson asks of a file."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes."""
        ...


def rows(file: Readable) -> Iterator[Any]:
    """Yield each element of the outer array, or of the array called "rows" in the outer object.

    ijson's own `items` is not used: it names the place of every value, and on a file of a few
    hundred kilobytes that is nested deeply, those names fill the memory of the machine.

    Raises:
        Unstorable: if values are nested too deeply.
        ijson.JSONError: if the file is not JSON.
    """
    events = _shallow(ijson.basic_parse(file, use_float=True))
    if _enter_array(events):
        depth = 0
        builder = ijson.ObjectBuilder()
        for event, value in events:
            if depth == 0 and event == "end_array":
                break
            builder.event(event, value)
            depth += _step(event)
            if depth == 0:
                yield builder.value
                builder = ijson.ObjectBuilder()
    # To the end, because what follows the rows may be broken.
    for _ in events:
        pass


def _shallow(events: Iterator[Event]) -> Iterator[Event]:
    depth = 0
    for event in events:
        depth += _step(event[0])
        if depth > DEPTH_LIMIT:
            raise Unstorable(f"is nested more than {DEPTH_LIMIT} levels deep")
        yield event


def _enter_array(events: Iterator[Event]) -> bool:
    """Read up to the first row; tell whether there is an array of rows."""
    first, _ = next(events, ("", None))
    if first != "start_map":
        return first == "start_array"
    depth = 1
    for event, value in events:
        if depth == 1 and (event, value) == ("map_key", ROWS_KEY):
            return next(events, ("", None))[0] == "start_array"
        depth += _step(event)
    return False


def _step(event: str) -> int:
    if event in OPENING:
        return 1
    return -1 if event in CLOSING else 0
