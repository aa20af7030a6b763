"""Finds out what stands between the cells of a text table, and whether quotes have a meaning."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CANDIDATES = (",", ";", "\t", "|")
SAMPLE_RECORDS = 300
# What the upload form offers.
OFFERED = ((",", "Comma ,"), (";", "Semicolon ;"), ("\t", "Tab"), ("|", "Bar |"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a text table is written."""

    delimiter: str
    quoted: bool  # False: a quotation mark is a letter like any other

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Return a reader that reports broken quoting instead of guessing."""
        if self.quoted:
            return csv.reader(lines, delimiter=self.delimiter, strict=True)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)


def detect(sample: str, delimiter: str = "") -> Dialect:
    """Return the dialect under which most records are as wide as the header.

    Args:
        sample: The beginning of the file; it may end in the middle of a record.
        delimiter: Given when the person has chosen it.
    """
    candidates = (delimiter,) if delimiter else CANDIDATES
    best = max(candidates, key=lambda candidate: _fit(sample, candidate))
    if best == "\t" and not _quotes_are_sound(sample, best):
        # Tab-separated files are often written without any quoting.
        return Dialect(delimiter=best, quoted=False)
    return Dialect(delimiter=best, quoted=True)


def _fit(sample: str, delimiter: str) -> tuple[float, int]:
    widths = [len(record) for record in _records(sample, delimiter) if record]
    if not widths or widths[0] < 2:
        return (0.0, 0)
    share = sum(width == widths[0] for width in widths) / len(widths)
    return (share, widths[0])


def _records(sample: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    for number, record in enumerate(reader):
        # The last record of a cut sample may be incomplete.
        if number >= SAMPLE_RECORDS:
            return
        yield record


def _quotes_are_sound(sample: str, delimiter: str) -> bool:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True)
    widths = set()
    try:
        for record in reader:
            widths.add(len(record))
            if any("\n" in cell for cell in record):
                return False
    except csv.Error as error:
        return "unexpected end of data" in str(error) and len(widths) < 2
    return True
