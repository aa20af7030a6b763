"""Reads CSV and TSV."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from omegaweb.datasets.reading import delimiters, encodings, header
from omegaweb.datasets.reading.errors import UnreadableFile
from omegaweb.datasets.reading.raw_table import RawTable, ReadingOptions, name_rows
from omegaweb.datasets.reading.titles import first_row_of_names
from omegaweb.datasets.reading.values import clean_text, is_blank_row

# A cell this long is nearly always a quotation mark that was opened and never closed.
CELL_CHARACTERS = 5_000_000


def read(path: Path, options: ReadingOptions) -> RawTable:
    """Open a text table.

    Raises:
        UnreadableFile: here or while rows are read, saying where and how to mend it.
    """
    csv.field_size_limit(CELL_CHARACTERS)
    encoding = options.encoding or encodings.detect(path)
    size = max(1, path.stat().st_size)
    binary = path.open("rb")
    text = io.TextIOWrapper(binary, encoding=encoding, newline="")
    try:
        dialect = delimiters.detect(text.read(delimiters.SAMPLE_CHARACTERS), options.delimiter)
        text.seek(0)
        records = _records(dialect.reader(text), encoding)
        head, titles, ahead = first_row_of_names(records, width=dialect.width)
        if head is None:
            raise UnreadableFile("The file is empty: it has neither column names nor rows.")
        names, notes = header.clean_names([clean_text(cell) for cell in head], options.column_limit)
    except UnicodeDecodeError as error:
        text.close()
        raise _undecodable(encoding, 1) from error
    except UnreadableFile:
        text.close()
        raise
    warnings = titles + notes
    if encoding not in {"utf-8", "utf-8-sig", options.encoding}:
        warnings.append(
            f"The file is not in UTF-8; it was read as {encoding}. If letters look wrong below, "
            "read it again with another encoding."
        )
    return RawTable(
        format="TSV" if dialect.delimiter == "\t" else "CSV",
        names=names,
        rows=_rows(itertools.chain(ahead, records), text, len(names), warnings),
        fraction_read=lambda: 1.0 if binary.closed else min(1.0, binary.tell() / size),
        encoding=encoding,
        delimiter=dialect.delimiter,
        warnings=warnings,
    )


def _records(reader: Iterator[list[str]], encoding: str) -> Iterator[tuple[int, list[str]]]:
    number = 0  # as spreadsheet programs count: the header is row 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError as error:
            raise _undecodable(encoding, number) from error
        except csv.Error as error:
            raise UnreadableFile(
                f"Row {number} cannot be read ({error}). Usually a quotation mark was opened and "
                'not closed, or stands inside a cell: write it twice ("") or remove it.'
            ) from error
        yield number, cells


def _undecodable(encoding: str, number: int) -> UnreadableFile:
    return UnreadableFile(
        f"Near row {number} there are bytes that are no letters in the encoding {encoding}. "
        "Save the file as UTF-8, or choose another encoding under “Reading options”."
    )


def _rows(
    records: Iterator[tuple[int, list[str]]], text: io.TextIOWrapper, width: int, warnings: list[str]
) -> Iterator[list[Any]]:
    short: list[int] = []
    long: list[int] = []
    with text:
        for number, cells in records:
            if is_blank_row(cells):
                continue
            if len(cells) > width and any(cell.strip() for cell in cells[width:]):
                long.append(number)
            if len(cells) < width:
                short.append(number)
                cells += [""] * (width - len(cells))
            yield [clean_text(cell) for cell in cells[:width]]
    if long:
        raise UnreadableFile(f"More cells than the header's {width}: {name_rows(long)}. {_way_out(width)}")
    if short:
        warnings.append(f"Fewer cells than the header's {width}: {name_rows(short)}. The missing cells are blank.")


def _way_out(width: int) -> str:
    if width == 1:
        return (
            "If the first row is a title, delete it or leave a blank row below it; if it is the name of the only "
            "column, put quotation marks around cells that contain the delimiter."
        )
    return (
        "Put quotation marks around cells that contain the delimiter, or choose the delimiter under “Reading options”."
    )
