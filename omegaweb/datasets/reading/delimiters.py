"""Finds out what stands between the cells of a text table, and whether quotes have a meaning."""

from __future__ import annotations

import csv
import io
import itertools
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from omegaweb.datasets.reading.titles import first_row_of_names

CANDIDATES = (",", ";", "\t", "|")
SAMPLE_CHARACTERS = 200_000
SAMPLE_RECORDS = 300
# What the upload form offers.
OFFERED = ((",", "Comma ,"), (";", "Semicolon ;"), ("\t", "Tab"), ("|", "Bar |"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a text table is written."""

    delimiter: str
    quoted: bool  # False: a quotation mark is a letter like any other
    width: int  # cells that most records have; 0 where none could be read

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
    # Tab-separated files are often written without any quoting.
    quoted = best != "\t" or _fit(sample, best, strict=True) >= _fit(sample, best, quoting=csv.QUOTE_NONE)
    return Dialect(delimiter=best, quoted=quoted, width=_usual_width(_records(sample, best)))


def _fit(sample: str, delimiter: str, **how: Any) -> tuple[float, int]:
    records = _records(sample, delimiter, **how)
    rows = enumerate(records, start=1)
    head, _, ahead = first_row_of_names(rows, width=_usual_width(records))
    if head is None or len(head) < 2:
        return (0.0, 0)
    widths = [len(head), *(len(cells) for _, cells in itertools.chain(ahead, rows) if cells)]
    share = sum(width == len(head) for width in widths) / len(widths)
    return (share, len(head))


def _records(sample: str, delimiter: str, **how: Any) -> list[list[str]]:
    """Return the first records of a sample; none where its quotation is broken."""
    records = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, **how)
    try:
        for record in itertools.islice(reader, SAMPLE_RECORDS):
            records.append(record)
    except csv.Error as error:
        # The sample may be cut in the middle of a quoted cell.
        if "unexpected end of data" not in str(error) or len(sample) < SAMPLE_CHARACTERS:
            return []
    return records


def _usual_width(records: list[list[str]]) -> int:
    widths = [len(record) for record in records if record]
    return statistics.mode(widths) if widths else 0
