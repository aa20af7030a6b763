"""A run that tests its winner looks at the test rows, too: its own openings of the seal, one for each of its ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max

from omegaweb.releases.models import OpeningState, SealOpening
from omegaweb.runs.models import Candidate, Run
from omegaweb.runs.result import after_looks

UNFINISHED = "The run ended before start and winner had answered every test row."
REASON = "The run tested its winner at its end."


def begin(run: Run, candidate: Candidate | None, *, at: datetime) -> None:
    """Note that the run has looked at test rows; the winner is the last to be told of."""
    opening = _opening_at(run, at)
    if opening is None:
        rows = run.dataset_version.split_sizes()["test"]
        # Not their count: of an imported run some may be missing.
        number = (run.openings.aggregate(newest=Max("number"))["newest"] or 0) + 1
        SealOpening.objects.create(
            run=run, number=number, candidate=candidate, by_run=True, reason=REASON, rows=rows, opened_at=at
        )
    else:
        run.openings.filter(pk=opening.pk).update(candidate=candidate)


def finish(run: Run, winner: Candidate | None, figures: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """Note what came of it, and return that as it holds after so many looks."""
    begin(run, winner, at=at)
    opening = _opening_at(run, at)
    assert opening is not None  # begun just now, if not before
    opening.figures = figures
    found = after_looks(figures, opening.look)
    run.openings.filter(pk=opening.pk).update(state=OpeningState.DONE, figures=found, finished_at=at, message="")
    return found


def _opening_at(run: Run, at: datetime) -> SealOpening | None:
    """Return the run's own look that was going on then; None where it has ended since, so that this is another one."""
    newest = run.openings.filter(by_run=True, opened_at__lte=at).last()
    if newest is None or newest.finished_at is None:
        return newest
    ended = run.events.filter(kind="run.finished", at__gte=newest.finished_at, at__lte=at).exists()
    return None if ended else newest


def close(run: Run, *, at: datetime) -> None:
    """Note that nothing came of it, where the run ended first."""
    unfinished = run.openings.filter(by_run=True, state=OpeningState.RUNNING)
    unfinished.update(state=OpeningState.FAILED, message=UNFINISHED, finished_at=at)
