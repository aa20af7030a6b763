"""What the page of a dataset shows: typed data, ready for the template."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator

from omegaweb.datasets.models import SPLIT_LETTERS, DatasetVersion, Table
from omegaweb.datasets.reading.values import is_blank

ROWS_A_PAGE = 10
SPLIT_OF_LETTER = {letter: split for split, letter in SPLIT_LETTERS.items()}
SHOWN_CHARACTERS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """One row as the preview shows it."""

    number: int
    cells: list[str]  # empty for a blank cell
    split: str  # "train", "validation", "test", "left out", or empty before the first split


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One part of a bar that is 100 wide."""

    split: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelBar:
    """How the rows of one label are divided."""

    label: str
    total: int
    share: float  # percent of all rows
    parts: list[Bar]


def page_of_rows(
    table: Table, version: DatasetVersion | None, number: str | None
) -> tuple[Page[int], list[PreviewRow]]:
    """Return one page of positions, and the rows that stand there."""
    page = Paginator(range(table.row_count), ROWS_A_PAGE).get_page(number)
    positions = page.object_list
    stored = table.rows.filter(position__in=list(positions)).order_by("position")
    return page, [_preview(row.position, row.values, version) for row in stored]


def split_bar(version: DatasetVersion) -> list[Bar]:
    """Return how all rows of a version are divided."""
    return _bars(version.split_sizes())


def label_bars(version: DatasetVersion) -> list[LabelBar]:
    """Return the labels of a version, the most frequent first; empty when the target is free text."""
    labels = version.label_distribution.get("labels", [])
    rows = sum(entry["total"] for entry in labels)
    return [
        LabelBar(
            label=entry["label"],
            total=entry["total"],
            share=100 * entry["total"] / rows,
            parts=_bars({split: entry[split] for split in SPLIT_LETTERS}, of=labels[0]["total"]),
        )
        for entry in labels
    ]


def _bars(counts: dict[str, int], of: int | None = None) -> list[Bar]:
    whole = of or sum(counts.values()) or 1
    bars = []
    start = 0.0
    for split, count in counts.items():
        width = 100 * count / whole
        bars.append(Bar(split=split, count=count, start=round(start, 3), width=round(width, 3)))
        start += width
    return bars


def _preview(position: int, values: list[Any], version: DatasetVersion | None) -> PreviewRow:
    split = "" if version is None else SPLIT_OF_LETTER.get(version.splits[position], "left out")
    return PreviewRow(number=position + 1, cells=[_shown(value) for value in values], split=split)


def _shown(value: Any) -> str:
    if is_blank(value):
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
