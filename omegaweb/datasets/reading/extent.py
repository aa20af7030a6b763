"""Measures a sheet of an .xlsx before it is opened, because opening it fills the whole rectangle of its cells."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from omegaweb.datasets.reading import formulas
from omegaweb.datasets.reading.errors import UnreadableFile
from omegaweb.datasets.reading.raw_table import ReadingOptions

# The memory a sheet takes is its rectangle, blank cells included: some 30 bytes a cell.
CELL_LIMIT = 20_000_000
CHUNK_BYTES = 1024**2
TAG_BYTES = 4096  # no tag of a cell is nearly as long

_TAG = re.compile(rb"""<(?:[\w.-]+:)?(sheetData|row|c|v|is)((?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*?)?)(/?)>""")
_PLACE = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]{0,4})\$?([0-9]{0,9})["']""")


@dataclass
class _Extent:
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


def check(path: Path, sheet: str, options: ReadingOptions) -> None:
    """Refuse a sheet whose rectangle of cells is too large to open.

    What the sheet says about its own size is not believed: the cells are looked at.

    Raises:
        UnreadableFile: if it has too many columns, rows or cells.
    """
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for part in _parts(archive, sheet):
                _check(_measure(archive, part), sheet, options)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise UnreadableFile(
            f"The sheet “{sheet}” is damaged ({error}). Open the file in a spreadsheet program and save it again."
        ) from error


def _parts(archive: zipfile.ZipFile, sheet: str) -> list[str]:
    try:
        part = formulas.part_of(archive, sheet)
    except ElementTree.ParseError:
        part = None
    # When it is unclear where the sheet stands, every part is looked at.
    return [part] if part is not None else archive.namelist()


def _check(extent: _Extent, sheet: str, options: ReadingOptions) -> None:
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
        f"The filled cells of the sheet “{sheet}” reach from {first} to {last}: {columns:,} columns and "
        f"{rows:,} rows, blank ones included; {limit}. Delete stray cells far from the table, or save the "
        "part that you need as CSV, and upload that."
    )


def _measure(archive: zipfile.ZipFile, part: str) -> _Extent:
    extent = _Extent()
    row, cell_row, column, inside = 0, 0, 0, False
    for tag in _tags(archive, part):
        kind, attributes, closed = tag.groups()
        if kind == b"sheetData":
            inside = True
        elif not inside:
            continue  # the chain of calculations, for one, has cells too
        elif kind == b"row":
            place = _PLACE.search(attributes)
            row, column = (int(place[2]) if place and place[2] else row + 1), 0
        elif kind == b"c":
            place = _PLACE.search(attributes)
            if place and place[1] and place[2]:
                column, cell_row = _number(place[1]), int(place[2])
            else:
                column, cell_row = column + 1, row
        elif not closed and column:  # a cell without a value takes no place
            extent.include(cell_row, column)
    return extent


def _tags(archive: zipfile.ZipFile, part: str) -> Iterator[re.Match[bytes]]:
    rest = b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK_BYTES):
            text = rest + chunk
            end = 0
            for tag in _TAG.finditer(text):
                end = tag.end()
                yield tag
            # A tag may be cut in two by the end of the chunk.
            start = text.rfind(b"<")
            rest = text[start:] if start >= end and len(text) - start < TAG_BYTES else b""


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
