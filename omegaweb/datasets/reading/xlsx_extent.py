"""Measures a sheet of an .xlsx by its cells; what the sheet says about its own size is not believed."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from omegaweb.datasets.reading import extent, formulas
from omegaweb.datasets.reading.errors import UnreadableFile
from omegaweb.datasets.reading.extent import Extent
from omegaweb.datasets.reading.raw_table import ReadingOptions

_PLACE = re.compile(r"\$?([A-Za-z]{0,4})\$?([0-9]{0,9})")


class _NotASheet(Exception):
    """The XML holds something that no spreadsheet program writes into a sheet."""


def check(path: Path, sheet: str, options: ReadingOptions) -> None:
    """Refuse a sheet whose rectangle of cells is too large to open.

    Raises:
        UnreadableFile: if it is too large, or cannot be measured.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for part in _parts(archive, sheet):
                with archive.open(part) as file:
                    extent.check(measure(file), f"the sheet “{sheet}”", options)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, expat.ExpatError, _NotASheet) as error:
        raise UnreadableFile(
            f"The sheet “{sheet}” is damaged ({error}). Open the file in a spreadsheet program and save it again."
        ) from error


def measure(file: IO[bytes]) -> Extent:
    """Return the rectangle around the cells of a sheet's XML that hold a value.

    Raises:
        ExpatError: it is no XML.
        _NotASheet: it declares entities of its own.
    """
    reader = _CellReader()
    # UTF-8 whatever the XML declares, and names by their meaning, not by their prefix: as the reader of values does.
    parser = expat.ParserCreate(encoding="UTF-8", namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.ParseFile(file)
    return reader.extent


class _CellReader:
    """Follows rows and cells; one without a place of its own stands behind the one before it."""

    def __init__(self) -> None:
        self.extent = Extent()
        self._row = self._cell_row = self._column = 0
        self._inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(" ")[2]
        if kind == "sheetData":
            self._inside = True
        elif not self._inside:
            return  # the chain of calculations, for one, has cells too
        elif kind == "row":
            _, number = _place(attributes)
            self._row, self._column = number or self._row + 1, 0
        elif kind == "c":
            column, row = _place(attributes)
            if column and row:
                self._column, self._cell_row = column, row
            else:
                self._column, self._cell_row = self._column + 1, self._row
        elif kind in ("v", "is") and self._column:  # a cell without a value takes no place
            self.extent.include(self._cell_row, self._column)


def _place(attributes: dict[str, str]) -> tuple[int, int]:
    """Column and row that an element names, 0 where it does not."""
    place = _PLACE.fullmatch(attributes.get("r", "").strip())
    return (_number(place[1]), int(place[2] or 0)) if place else (0, 0)


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return number


def _refuse_declarations(name: str, *_: object) -> None:
    raise _NotASheet(f"it declares a document type, “{name}”")


def _parts(archive: zipfile.ZipFile, sheet: str) -> list[str]:
    try:
        part = formulas.part_of(archive, sheet)
    except ElementTree.ParseError:
        part = None
    # When it is unclear where the sheet stands, every part is looked at.
    return [part] if part is not None else [name for name in archive.namelist() if name.lower().endswith(".xml")]
