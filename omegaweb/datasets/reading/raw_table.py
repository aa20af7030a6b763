"""What every reader returns: the column names, and the rows as they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# How many row numbers a message names before it only counts.
NAMED_ROWS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """What the person or the settings decide about the reading."""

    encoding: str = ""  # empty: find out
    delimiter: str = ""  # empty: find out
    column_limit: int = 500
    row_limit: int = 1_000_000


@dataclass(slots=True, kw_only=True)
class RawTable:
    """An opened file. `warnings` grows while `rows` is consumed."""

    format: str
    names: list[str]
    rows: Iterator[list[Any]]
    fraction_read: Callable[[], float]  # from 0 to 1
    encoding: str = ""
    delimiter: str = ""
    warnings: list[str] = field(default_factory=list)


Reader = Callable[[Path, ReadingOptions], RawTable]


def name_rows(numbers: list[int]) -> str:
    """Return "row 4" or "rows 4, 9 and 12 more"."""
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    named = ", ".join(str(number) for number in numbers[:NAMED_ROWS])
    more = len(numbers) - NAMED_ROWS
    return f"rows {named}" + (f" and {more} more" if more > 0 else "")
