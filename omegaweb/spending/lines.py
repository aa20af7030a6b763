"""What each run spent here, by month and role: the lines that every table and the file are added up from.

A sealed test is no part of its run's budget, so it has lines of its own. What a run that came in a file had spent
before is counted where that was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.db.models.functions import TruncMonth
from django.utils import timezone

from omegaweb.releases.models import SealOpening
from omegaweb.runs.models import Event, Run, RunQuerySet
from omegaweb.spending.amounts import Amount

#: Role of a call → what people read.
ROLES = {
    "task": "Answers",
    "proposer": "Proposals",
    "judge": "Judge",
    "embedding": "Embeddings",
    "sealed_test": "Tests before a release",
    "": "Role not recorded",  # older runs told of unpriced calls without their role
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one role of one run spent in one month."""

    run: Run
    month: date  # its first day
    role: str  # a key of ROLES
    amount: Amount

    @property
    def has_no_price(self) -> bool:
        """Whether no call of it has a known cost; where some have, the others were cut off before they told theirs."""
        return self.amount.unpriced_calls >= max(1, self.amount.calls)


def lines_of(runs: RunQuerySet) -> list[Line]:
    """Return the lines of these runs, the newest run first, then of their sealed tests.

    A month is one of the site's own time zone.
    """
    spenders = list(
        runs.filter(calls__gt=0)
        .select_related("project")
        .defer("configuration", "result")
        .order_by("-created_at", "-pk")
    )
    told = _told_by_month([run for run in spenders if _first_month(run) != _last_month(run)])
    own = [line for run in spenders for line in _lines(run, told.get(run.pk, {}))]
    return [*own, *_tests_of(runs)]


def _tests_of(runs: RunQuerySet) -> Iterator[Line]:
    openings = SealOpening.objects.filter(run__in=runs.order_by(), by_run=False, calls__gt=0)
    for opening in openings.select_related("run__project").defer("run__configuration", "run__result").order_by("-pk"):
        arrived = _arrived(opening.run)
        if arrived is None or opening.attempt or opening.opened_at > arrived:
            yield Line(
                run=opening.run,
                month=_month(opening.finished_at or opening.opened_at),
                role="sealed_test",
                amount=Amount(
                    calls=opening.calls,
                    tokens=opening.tokens,
                    cost=opening.cost,
                    unpriced_calls=opening.unpriced_calls,
                ),
            )


def _lines(run: Run, told: Mapping[date, Mapping[str, Amount]]) -> Iterator[Line]:
    """Turn what the run had spent at the end of each month into what it spent within each."""
    at_the_end = {**told, _last_month(run): _by_role(run.spend_by_role, run.unpriced_calls)}
    arrived, before = _arrived(run), _spent_elsewhere(run)
    for month in sorted(at_the_end):
        if arrived is not None and month < _month(arrived):
            continue
        for role, amount in at_the_end[month].items():
            within = amount - before.get(role, Amount())
            if within != Amount():
                yield Line(run=run, month=month, role=role, amount=within)
        before = at_the_end[month]


def _told_by_month(runs: Iterable[Run]) -> dict[int, dict[date, dict[str, Amount]]]:
    """Read what runs that cross a month had last said of their spend in each."""
    spoken = Event.objects.filter(run__in=list(runs), kind="spend.updated").order_by()
    last = spoken.annotate(month=TruncMonth("at")).values("run", "month").annotate(sequence=Max("sequence"))
    told: dict[int, dict[date, dict[str, Amount]]] = defaultdict(dict)
    for found in last:
        said = Event.objects.get(run=found["run"], sequence=found["sequence"]).payload
        told[found["run"]][_month(found["month"])] = _by_role(said.get("by_role", {}), said.get("unpriced_calls", 0))
    return told


def _by_role(said: Mapping[str, Mapping[str, Any]], unpriced: int) -> dict[str, Amount]:
    amounts = {role: Amount.told(used) for role, used in said.items()}
    rest = unpriced - sum(amount.unpriced_calls for amount in amounts.values())
    if rest > 0:
        amounts[""] = Amount(unpriced_calls=rest)
    return amounts


def _arrived(run: Run) -> datetime | None:
    """Return when a run came in a file; None for one that was launched here."""
    at = run.origin.get("imported_at")
    return datetime.fromisoformat(at) if at else None


def _spent_elsewhere(run: Run) -> Mapping[str, Amount]:
    said = run.origin.get("spent", {})
    return _by_role(said.get("by_role", {}), said.get("unpriced_calls", 0))


def _first_month(run: Run) -> date:
    return _month(run.started_at or run.created_at)


def _last_month(run: Run) -> date:
    return _month(run.seconds_at or run.finished_at or run.started_at or run.created_at)


def _month(moment: datetime) -> date:
    return timezone.localtime(moment).date().replace(day=1)
