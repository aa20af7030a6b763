"""A part of the grid, small enough to be sent at once: what stands in its cells and in the heads of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import BooleanField, ExpressionWrapper, Q

from omegaweb.runs.models import Run, SampleScore
from omegaweb.runs.sample_rows import SampleRow, rows_of
from omegaweb.runs.values import shown_values

#: Rows and columns of one block; 100 × 100 are some 60 KB.
MOST_ROWS = MOST_COLUMNS = 100
INPUT_CHARACTERS, TARGET_CHARACTERS = 120, 40

#: A reward, FAILED, or None: not evaluated.
Cell: TypeAlias = float | str | None
FAILED = "!"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Cells row by row, in the order in which they were asked for."""

    heads: list[tuple[int | None, str, str]]  # row of the table from 1, beginning of the input, target
    cells: list[list[Cell]]

    def to_json(self) -> dict[str, Any]:
        return {"heads": self.heads, "cells": self.cells}


def block_of(run: Run, *, split: str, rows: Sequence[int], columns: Sequence[int]) -> Block:
    """Read a part of the grid.

    Args:
        run: whose grid.
        split: train, validation or test.
        rows: positions within the split.
        columns: numbers of candidates.
    """
    found = _cells(run, split, rows, columns)
    texts = rows_of(run.dataset_version, split, rows)
    return Block(
        heads=[_head(texts.get(row)) for row in rows],
        cells=[[found.get((column, row)) for column in columns] for row in rows],
    )


def _cells(run: Run, split: str, rows: Sequence[int], columns: Sequence[int]) -> dict[tuple[int, int], Cell]:
    numbers = dict(run.candidates.filter(number__in=columns).order_by().values_list("pk", "number"))
    failed = ExpressionWrapper(Q(output__isnull=True), output_field=BooleanField())
    scores = (
        SampleScore.objects.filter(candidate__in=list(numbers), split=split, index__in=rows)
        .order_by()
        .annotate(failed=failed)
        .values_list("candidate_id", "index", "reward", "failed")
    )
    return {(numbers[key], index): FAILED if failed else round(reward, 5) for key, index, reward, failed in scores}


def _head(row: SampleRow | None) -> tuple[int | None, str, str]:
    if row is None:
        return None, "", ""
    return row.position + 1, _beginning(row.inputs, INPUT_CHARACTERS), _beginning(row.targets, TARGET_CHARACTERS)


def _beginning(values: dict[str, Any], characters: int) -> str:
    text = " · ".join(" ".join(value.text[: characters * 4].split()) for value in shown_values(values))
    return text if len(text) <= characters else f"{text[: characters - 1]}…"
