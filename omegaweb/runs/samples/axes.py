"""The rows and the columns of the grid, in order, without what stands in the cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import Avg, Count, Max, Q, QuerySet

from omegaweb.runs.comparison import GOOD_FROM, Outcome, compare
from omegaweb.runs.models import Run, SampleScore
from omegaweb.runs.samples.choice import ALL, BROKEN, EVERY, FAILED, HARD, HARDEST, MENDED, PINNED, GridChoice
from omegaweb.runs.samples.ranges import write_ranges

#: number, mean reward, samples behind it, low and high end of its 95 % interval, rank
Column: TypeAlias = tuple[int, float | None, int, float | None, float | None, int | None]

_COLUMN = ("number", "reward", "count", "low", "high", "rank")


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """What the grid is spanned by."""

    split: str
    rows: list[int]  # positions within the split
    columns: list[Column]
    counts: dict[str, int]  # rows that each filter leaves
    best: int | None  # numbers of candidates
    baseline: int | None
    sequence: int  # of the newest event when it was read

    def to_json(self) -> dict[str, Any]:
        return {
            "split": self.split,
            "rows": write_ranges(self.rows),
            "columns": [[_short(value) for value in column] for column in self.columns],
            "counts": self.counts,
            "best": self.best,
            "baseline": self.baseline,
            "sequence": self.sequence,
        }


@dataclass(frozen=True, slots=True)
class _Standing:
    """How the shown candidates did on one sample."""

    mean: float
    highest: float
    failures: int


def axes_of(run: Run, query: Mapping[str, str]) -> Axes:
    """Return the rows and columns that a query string asks for."""
    sizes = run.dataset_version.split_sizes()
    choice = GridChoice.of(query, sizes)
    columns = _columns(run, choice)
    standings = _standings(run, choice, [column[0] for column in columns])
    groups = _groups(run, choice.split, sizes[choice.split], standings)
    return Axes(
        split=choice.split,
        rows=_ordered(groups[choice.rows], choice.order, standings),
        columns=columns,
        counts={name: len(rows) for name, rows in groups.items()},
        best=run.best.number if run.best else None,
        baseline=run.baseline.number if run.baseline else None,
        sequence=run.last_sequence,
    )


def _columns(run: Run, choice: GridChoice) -> list[Column]:
    """Pinned candidates come first, whatever else is shown."""
    candidates = run.candidates.order_by("number").values_list(*_COLUMN)
    pinned = {column[0]: column for column in candidates.filter(number__in=choice.pinned)}
    first = [pinned[number] for number in choice.pinned if number in pinned]
    others = [] if choice.columns == PINNED else [column for column in candidates if column[0] not in pinned]
    if choice.columns == EVERY or not any(column[-1] for column in others):  # nobody has competed yet
        return [*first, *others]
    start = run.baseline.number if run.baseline else None
    shown = [column for column in others if column[-1] is not None or column[0] == start]
    return [*first, *sorted(shown, key=lambda column: (column[0] != start, column[-1] or 0))]


def _standings(run: Run, choice: GridChoice, numbers: list[int]) -> dict[int, _Standing]:
    scores: QuerySet[SampleScore] = SampleScore.objects.filter(candidate__run=run, split=choice.split)
    if choice.columns != EVERY:
        scores = scores.filter(candidate__number__in=numbers)
    found = (
        scores.order_by()
        .values("index")
        .annotate(mean=Avg("reward"), highest=Max("reward"), failures=Count("pk", filter=Q(output__isnull=True)))
        .values_list("index", "mean", "highest", "failures")
    )
    return {index: _Standing(*standing) for index, *standing in found}


def _groups(run: Run, split: str, size: int, standings: Mapping[int, _Standing]) -> dict[str, list[int]]:
    length = max(size, 1 + max(standings, default=-1))
    groups: dict[str, list[int]] = {ALL: list(range(length)), BROKEN: [], MENDED: []}
    if run.best is not None and run.baseline is not None and run.best != run.baseline:
        comparison = compare(run.best, run.baseline, split, size=size)
        groups[BROKEN] = comparison.indexes(Outcome.BROKEN)
        groups[MENDED] = comparison.indexes(Outcome.FIXED)
    groups[HARD] = sorted(index for index, standing in standings.items() if standing.highest < GOOD_FROM)
    groups[FAILED] = sorted(index for index, standing in standings.items() if standing.failures)
    return groups


def _ordered(rows: list[int], order: str, standings: Mapping[int, _Standing]) -> list[int]:
    """What nobody was asked yet comes last, because nobody knows how hard it is."""
    if order != HARDEST:
        return rows
    unknown = _Standing(mean=float("inf"), highest=0, failures=0)
    return sorted(rows, key=lambda index: (standings.get(index, unknown).mean, index))


def _short(value: float | None) -> float | None:
    # More places than are shown: rounded twice, 0.4249 would be 0.43.
    return round(value, 5) if isinstance(value, float) else value
