"""A run that tests its winner looks at the test rows, too: its own opening of the seal."""

from __future__ import annotations

from datetime import datetime

from omegaweb.releases.models import OpeningState, SealOpening
from omegaweb.runs.models import Candidate, Run

UNFINISHED = "The run ended before start and winner had answered every test row."
REASON = "The run tested its winner at its end."


def begin(run: Run, candidate: Candidate | None, *, at: datetime) -> None:
    """Note that the run has looked at test rows; the winner is the last to be told of."""
    opening = run.openings.filter(by_run=True).first()
    if opening is None:
        rows = run.dataset_version.split_sizes()["test"]
        number = run.openings.count() + 1
        SealOpening.objects.create(
            run=run, number=number, candidate=candidate, by_run=True, reason=REASON, rows=rows, opened_at=at
        )
    else:
        run.openings.filter(by_run=True).update(candidate=candidate)


def finish(run: Run, winner: Candidate | None, *, at: datetime) -> None:
    """Note what came of it."""
    begin(run, winner, at=at)
    run.openings.filter(by_run=True).update(state=OpeningState.DONE, figures=run.result, finished_at=at, message="")


def close(run: Run, *, at: datetime) -> None:
    """Note that nothing came of it, where the run ended first."""
    unfinished = run.openings.filter(by_run=True, state=OpeningState.RUNNING)
    unfinished.update(state=OpeningState.FAILED, message=UNFINISHED, finished_at=at)
