"""The rectangle of a sheet's cells, measured before the sheet is opened, because opening it fills all of it."""

from __future__ import annotations

from dataclasses import dataclass

from omegaweb.datasets.reading.errors import UnreadableFile
from omegaweb.datasets.reading.raw_table import ReadingOptions

# The memory a sheet takes is its rectangle, blank cells included: some 30 bytes a cell.
CELL_LIMIT = 20_000_000


@dataclass(slots=True)
class Extent:
    """The rectangle around the filled cells; rows and columns count from 1."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def include(self, row: int, column: int) -> None:
        if not self.bottom:
            self.top, self.left = row, column
        self.top, self.bottom = min(self.top, row), max(self.bottom, row)
        self.left, self.right = min(self.left, column), max(self.right, column)


def check(extent: Extent, sheet: str, options: ReadingOptions) -> None:
    """Refuse a rectangle that is too large to open.

    Args:
        extent: around the filled cells.
        sheet: whose cells they are, as a message says it: "the sheet “Data”".
        options: the limits.

    Raises:
        UnreadableFile: if it has too many columns, rows or cells.
    """
    if not extent.bottom:
        return
    rows, columns = extent.bottom - extent.top + 1, extent.right - extent.left + 1
    if columns > options.column_limit:
        limit = f"up to {options.column_limit:,} columns can be read"
    elif rows > options.row_limit + 1:  # and the header
        limit = f"up to {options.row_limit:,} rows can be read"
    elif rows * columns > CELL_LIMIT:
        limit = f"together up to {CELL_LIMIT:,} cells can be read"
    else:
        return
    first = f"{_letters(extent.left)}{extent.top}"
    last = f"{_letters(extent.right)}{extent.bottom}"
    raise UnreadableFile(
        f"The filled cells of {sheet} reach from {first} to {last}: {columns:,} columns and "
        f"{rows:,} rows, blank ones included; {limit}. Delete stray cells far from the table, or save the "
        "part that you need as CSV, and upload that."
    )


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
