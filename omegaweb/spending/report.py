"""What the page of spend shows: the same lines added up by month, project, role and run."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from omegaweb.projects.models import Project
from omegaweb.runs.models import Run
from omegaweb.spending.amounts import Amount
from omegaweb.spending.lines import ROLES, Line

MONTHS_DRAWN = 12
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: what it is of, what that came to, and how long its bar is."""

    of: object
    amount: Amount
    share: float  # percent of the largest row's money, or of its calls where nothing has a price


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything on the page."""

    total: Amount
    months: list[Row]  # newest first
    projects: list[Row]  # dearest first
    roles: list[Row]
    runs: list[Row]
    lacks_a_price: bool  # of a model; otherwise what has no known cost was cut off

    @property
    def is_unpriced(self) -> bool:
        """Whether the sum of the money says nothing."""
        return self.total.is_unknown


def report(lines: Sequence[Line]) -> Report:
    """Add the lines up."""
    by_project = _summed(lines, lambda line: line.run.project_id)
    projects: dict[int, Project] = {line.run.project_id: line.run.project for line in lines}
    by_run = _summed(lines, lambda line: line.run.pk)
    runs: dict[int, Run] = {line.run.pk: line.run for line in lines}
    by_role = _summed(lines, lambda line: line.role)
    return Report(
        total=sum((line.amount for line in lines), start=Amount()),
        months=_rows(sorted(_summed(lines, lambda line: line.month).items(), reverse=True)),
        projects=_rows(_dearest_first((projects[pk], amount) for pk, amount in by_project.items())),
        roles=_rows([(label, by_role[role]) for role, label in ROLES.items() if role in by_role]),
        runs=_rows(_dearest_first((runs[pk], amount) for pk, amount in by_run.items())),
        lacks_a_price=any(line.has_no_price for line in lines),
    )


def months_of(lines: Iterable[Line]) -> list[date]:
    """Return the months to choose from, newest first."""
    return sorted({line.month for line in lines}, reverse=True)


def _summed(lines: Iterable[Line], key: Callable[[Line], Key]) -> dict[Key, Amount]:
    sums: dict[Key, Amount] = {}
    for line in lines:
        sums[key(line)] = sums.get(key(line), Amount()) + line.amount
    return sums


def _dearest_first(rows: Iterable[tuple[object, Amount]]) -> list[tuple[object, Amount]]:
    return sorted(rows, key=lambda row: (-row[1].cost, -row[1].calls))


def _rows(sums: Iterable[tuple[object, Amount]]) -> list[Row]:
    sums = list(sums)
    has_money = any(amount.cost for _, amount in sums)
    weights = [amount.cost if has_money else float(amount.calls) for _, amount in sums]
    largest = max(weights, default=0.0) or 1.0
    return [
        Row(of=of, amount=amount, share=round(100 * weight / largest, 3))
        for (of, amount), weight in zip(sums, weights, strict=True)
    ]
