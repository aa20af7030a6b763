"""Measures the sheets of an .xls by their cell records (Microsoft's [MS-XLS]); opening the file opens all of them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from omegaweb.datasets.reading import extent
from omegaweb.datasets.reading.compound_file import CompoundFile, NotCompound
from omegaweb.datasets.reading.errors import UnreadableFile
from omegaweb.datasets.reading.extent import Extent
from omegaweb.datasets.reading.raw_table import ReadingOptions

#: No .xls has more.
ROWS, COLUMNS = 65_536, 256

SHEET = 0x0085
END = 0x000A
DIMENSIONS = 0x0200
MANY_NUMBERS = 0x00BD
#: Records of one cell with a value: formula, number, text in its three forms, truth or error, and short number.
CELLS = frozenset({0x0006, 0x0203, 0x0204, 0x00D6, 0x00FD, 0x0205, 0x027E})


class Unmeasurable(Exception):
    """The file is no workbook of this format, or protected."""


def check(path: Path, options: ReadingOptions) -> None:
    """Refuse a workbook with a sheet that is too large to open.

    Raises:
        UnreadableFile: if a sheet has too many columns, rows or cells.
        Unmeasurable: if it is no workbook that can be measured.
    """
    try:
        file = CompoundFile(path.read_bytes())
        book = file.stream("Workbook") or file.stream("Book")
    except (NotCompound, struct.error) as error:
        raise Unmeasurable(str(error)) from error
    if book is None:
        raise Unmeasurable("it holds no workbook")
    for number, start in enumerate(_sheets(book), start=1):
        extent.check(_measure(book, start, number), f"sheet {number}", options)


def _sheets(book: bytes) -> list[int]:
    """Where the sheets begin."""
    return [struct.unpack_from("<I", data)[0] for kind, data in _records(book, 0) if kind == SHEET and len(data) >= 4]


def _measure(book: bytes, start: int, number: int) -> Extent:
    found = Extent()
    for kind, data in _records(book, start):
        if kind in CELLS and len(data) >= 4:
            row, column = struct.unpack_from("<HH", data)
            found.include(row + 1, column + 1)
        elif kind == MANY_NUMBERS and len(data) >= 6:
            row, first = struct.unpack_from("<HH", data)
            last = struct.unpack_from("<H", data, len(data) - 2)[0]
            found.include(row + 1, first + 1)
            found.include(row + 1, last + 1)
        elif kind == DIMENSIONS:
            _check_dimensions(data, number)
    return found


def _check_dimensions(data: bytes, number: int) -> None:
    """Refuse a size that no such sheet can have; room is made for whatever a sheet says of itself."""
    form = "<IIHH" if len(data) >= 12 else "<HHHH"
    if len(data) < struct.calcsize(form):
        return
    first_row, end_row, first_column, end_column = struct.unpack_from(form, data)
    rows, columns = end_row - first_row, end_column - first_column
    if not (0 <= rows <= ROWS and 0 <= columns <= COLUMNS):
        raise UnreadableFile(
            f"Sheet {number} is damaged: it says that it has {rows:,} rows and {columns:,} columns. "
            "Save the part that you need as CSV, and upload that."
        )


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Kind and content of the records from a place on, until the end of that part of the book."""
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        if kind == END:
            return
        yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size
