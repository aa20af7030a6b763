"""Reads the first sheet that holds something, of an Excel file."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from omegaweb.datasets.reading import formulas, header, xls_extent, xlsx_extent
from omegaweb.datasets.reading.errors import UnreadableFile
from omegaweb.datasets.reading.raw_table import RawTable, ReadingOptions
from omegaweb.datasets.reading.titles import first_row_of_names
from omegaweb.datasets.reading.values import Unstorable, clean, is_blank_row

# An .xlsx is a zip: a few megabytes can unpack to more than the memory holds.
UNPACKED_LIMIT = 2 * 1024**3


def read(path: Path, options: ReadingOptions) -> RawTable:
    """Open an XLSX or XLS file. The values of formulas are used, not the formulas.

    Raises:
        UnreadableFile: if the file is protected, broken or empty.
    """
    if zipfile.is_zipfile(path):
        _check_archive(path)
    else:
        _check_old_format(path, options)
    sheet, warnings = _first_filled_sheet(_open(path), path, options)
    rows = enumerate(sheet.iter_rows(), start=1)
    head, titles, ahead = first_row_of_names(rows, merged=_rows_of_wide_cells(sheet))
    if head is None:
        raise UnreadableFile(f"The sheet “{sheet.name}” has only blank cells.")
    header.check_width(len(head), options.column_limit)
    names, notes = header.clean_names([clean(cell) for cell in head], options.column_limit)
    warnings += titles + notes + formulas.warn_of_uncomputed(path, sheet.name)
    progress = _Progress(sheet.total_height)
    return RawTable(
        format="XLSX" if zipfile.is_zipfile(path) else "XLS",
        names=names,
        rows=_rows(itertools.chain(ahead, rows), names, progress),
        fraction_read=progress.fraction,
        warnings=warnings,
    )


def _rows_of_wide_cells(sheet: CalamineSheet) -> set[int]:
    """Return the numbers of the rows in which a cell stands over several columns; none are known of .xls."""
    ranges = sheet.merged_cell_ranges or []
    return {top + 1 for (top, left), (_, right) in ranges if right > left}


class _Progress:
    """How many of the sheet's rows were handed out."""

    def __init__(self, total: int) -> None:
        self.row = 0
        self._total = max(1, total)

    def fraction(self) -> float:
        return min(1.0, self.row / self._total)


def _rows(rows: Iterator[tuple[int, list[Any]]], names: list[str], progress: _Progress) -> Iterator[list[Any]]:
    for number, cells in rows:
        progress.row = number
        if is_blank_row(cells):
            continue
        values = []
        for name, cell in zip(names, cells, strict=True):
            try:
                values.append(clean(cell))
            except Unstorable as error:
                raise UnreadableFile(f"In row {number}, “{name}” {error}.") from error
        yield values


def _open(path: Path) -> CalamineWorkbook:
    try:
        # By its content: the name of the file may be wrong.
        with path.open("rb") as file:
            return CalamineWorkbook.from_filelike(file)
    except PasswordError as error:
        raise _protected() from error
    except CalamineError as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> UnreadableFile:
    return UnreadableFile(
        f"The spreadsheet is damaged or no Excel file ({error}). Open it in a spreadsheet "
        "program and save it again as .xlsx or CSV."
    )


def _protected() -> UnreadableFile:
    return UnreadableFile(
        "The spreadsheet is protected by a password, or in an old format that cannot be read. "
        "Open it, remove the password and save it as .xlsx or CSV."
    )


def _first_filled_sheet(
    workbook: CalamineWorkbook, path: Path, options: ReadingOptions
) -> tuple[CalamineSheet, list[str]]:
    for name in workbook.sheet_names:
        if zipfile.is_zipfile(path):
            xlsx_extent.check(path, name, options)
        try:
            sheet = workbook.get_sheet_by_name(name)
        except CalamineError as error:
            raise UnreadableFile(
                f"The sheet “{name}” is damaged ({error}). Open the file in a spreadsheet program and save it again."
            ) from error
        if sheet.total_height:
            others = len(workbook.sheet_names) - 1
            note = (
                f"The sheet “{name}” was read; the file has {others} more. "
                "To read another one, save it as a file of its own."
            )
            return sheet, [note] if others else []
    raise UnreadableFile("The spreadsheet is empty: none of its sheets has a filled cell.")


def _check_archive(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        names = {name.lower() for name in archive.namelist()}
    if size > UNPACKED_LIMIT:
        raise UnreadableFile(
            f"Unpacked, the spreadsheet has {size / 1024**3:.1f} GB; up to 2 GB can be read. "
            "Save the sheet as CSV and upload that."
        )
    if "content.xml" in names or "xl/workbook.bin" in names:  # how large their sheets are cannot be told beforehand
        raise UnreadableFile("Spreadsheets are read as .xlsx or .xls. Save this one as .xlsx or CSV, and upload that.")


def _check_old_format(path: Path, options: ReadingOptions) -> None:
    try:
        xls_extent.check(path, options)
    except xls_extent.Unmeasurable as error:
        if path.read_bytes()[:4] == b"PK\x03\x04":
            raise _damaged(error) from error
        raise _protected() from error
