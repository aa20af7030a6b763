"""Finds what people write above a table: its title, in a cell of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from omegaweb.datasets.reading.values import is_blank, is_blank_row

#: A row with its number in the file.
Numbered = tuple[int, list[Any]]
TITLE_SHOWN = 60


def first_row_of_names(
    rows: Iterator[Numbered], *, merged: Collection[int] = (), width: int = 0
) -> tuple[list[Any] | None, list[str], list[Numbered]]:
    """Return the row that holds the names of the columns, a warning for each title above it, and rows read too far.

    A title is the only cell of its row and stands over several columns, or has a blank row below it. A single name
    without either is a name: other columns may lack theirs.

    Args:
        rows: from the top; those that are looked at are taken.
        merged: numbers of the rows in which a cell stands over several columns.
        width: how many columns the table has; 0: each row has a cell for every column.
    """
    warnings: list[str] = []
    found = _next_filled(rows)
    while found is not None:
        number, cells = found
        if (width or len(cells)) < 2 or sum(not is_blank(cell) for cell in cells) != 1:
            return cells, warnings, []
        below = next(rows, None)
        if below is None or not (number in merged or is_blank_row(below[1])):
            return cells, warnings, [] if below is None else [below]
        title = str(next(cell for cell in cells if not is_blank(cell))).strip()
        after = below if not is_blank_row(below[1]) else _next_filled(rows)
        if after is None:
            return cells, warnings, []
        warnings.append(
            f"Row {number} holds only “{title[:TITLE_SHOWN]}”, so it was taken for a title and left out. "
            f"The names of the columns are those of row {after[0]}."
        )
        found = after
    return None, warnings, []


def _next_filled(rows: Iterator[Numbered]) -> Numbered | None:
    return next((row for row in rows if not is_blank_row(row[1])), None)
