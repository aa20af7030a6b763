"""The grid of samples × candidates as a plain table, a page at a time, for whoever has no scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from omegaweb.runs.models import Run
from omegaweb.runs.samples.axes import Axes, Column, axes_of
from omegaweb.runs.samples.block import FAILED, Cell, block_of
from omegaweb.runs.samples.cell import cell_url
from omegaweb.runs.samples.choice import GridChoice
from omegaweb.runs.wording import two_places

ROWS_ON_A_PAGE, COLUMNS_ON_A_PAGE = 50, 12
#: Rewards from 0 to 1 have so many colours.
SHADES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCell:
    """One answer in short."""

    look: str  # class
    text: str
    words: str  # for whoever does not see the colour
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One sample."""

    index: int
    inputs: str
    target: str
    cells: list[TableCell]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """One candidate."""

    number: int
    reward: float | None
    count: int
    is_best: bool
    is_start: bool
    is_pinned: bool
    pinned: str  # what the address has to name to pin it, or to unpin it


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleTable:
    """A page of the grid."""

    counts: dict[str, int]  # rows that each filter leaves
    page: Page[int]
    candidates: Page[Column]
    rows: list[TableRow]
    columns: list[TableColumn]


def table_of(run: Run, query: Mapping[str, str]) -> SampleTable:
    """Return a part of the grid as a table.

    Args:
        run: whose grid.
        query: as for the grid, and `page` and `columns_page`.
    """
    axes = axes_of(run, query)
    page = Paginator(axes.rows, ROWS_ON_A_PAGE).get_page(query.get("page"))
    candidates = Paginator(axes.columns, COLUMNS_ON_A_PAGE).get_page(query.get("columns_page"))
    pinned = GridChoice.of(query, run.dataset_version.split_sizes()).pinned
    return SampleTable(
        counts=axes.counts,
        page=page,
        candidates=candidates,
        rows=_rows(run, axes, list(page.object_list), [column[0] for column in candidates.object_list]),
        columns=[_column(column, axes, pinned) for column in candidates.object_list],
    )


def _rows(run: Run, axes: Axes, rows: list[int], numbers: list[int]) -> list[TableRow]:
    block = block_of(run, split=axes.split, rows=rows, columns=numbers)
    return [
        TableRow(
            index=index,
            inputs=head[1],
            target=head[2],
            cells=[
                _cell(cell, cell_url(run.pk, axes.split, index, number))
                for number, cell in zip(numbers, cells, strict=True)
            ],
        )
        for index, head, cells in zip(rows, block.heads, block.cells, strict=True)
    ]


def _cell(cell: Cell, url: str) -> TableCell:
    if cell is None:
        return TableCell(look="is-blank", text="", words="not evaluated", url=url)
    if isinstance(cell, str):
        assert cell == FAILED
        return TableCell(look="is-failed", text="!", words="failed", url=url)
    shade = min(SHADES, max(0, int(cell * SHADES)))
    return TableCell(look=f"reward-{shade}", text=_short(cell), words=f"reward {two_places(cell)}", url=url)


def _short(reward: float) -> str:
    """A reward as the grid writes it: 1, .5, 0."""
    text = two_places(reward).rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def _column(column: Column, axes: Axes, pinned: tuple[int, ...]) -> TableColumn:
    number, reward, count = column[:3]
    others = [str(each) for each in pinned if each != number]
    return TableColumn(
        number=number,
        reward=reward,
        count=count,
        is_best=number == axes.best,
        is_start=number == axes.baseline,
        is_pinned=number in pinned,
        pinned=",".join(others if number in pinned else [*others, str(number)]),
    )
