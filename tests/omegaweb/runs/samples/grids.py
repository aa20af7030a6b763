"""A run with a small grid, for tests of its parts."""

from __future__ import annotations

from collections.abc import Sequence

from omegaweb.accounts.models import User
from omegaweb.runs.models import Candidate, CandidateState, Run, SampleScore
from tests.factories_runs import make_candidate, make_run, make_scores, make_version

#: Validation rewards: the start, the best (in the population), and one that fell behind after three samples.
START = [1, 1, 0, 0, 0, 0.5]
BEST = [1, 0, 1, 0.4, 0, None]
DROPPED = [0, 0, 0]


def grid_run(owner: User, *, name: str = "Triage") -> Run:
    """A run with three candidates; #1 leads and failed on the fifth of its six validation samples."""
    run = make_run(owner, name=name, version=make_version(owner, splits="ttt" + "v" * 6 + "ss"))
    start = make_candidate(run, state=CandidateState.DROPPED)
    best = make_candidate(run, number=1, parents=[start], rank=1, reward=0.7)
    dropped = make_candidate(run, number=2, parents=[start], state=CandidateState.DROPPED, reward=None, low=None)
    for candidate, rewards in ((start, START), (best, BEST), (dropped, DROPPED)):
        make_scores(candidate, rewards)
    SampleScore.objects.filter(candidate=best, index=4).update(output=None, error="no answer in time")
    Run.objects.filter(pk=run.pk).update(best=best)
    return Run.objects.get(pk=run.pk)


def large_grid(owner: User, *, rows: int, candidates: int) -> tuple[Run, Sequence[Candidate]]:
    """A run in which every candidate answered every validation sample."""
    run = make_run(owner, version=make_version(owner, splits="v" * rows))
    made = [make_candidate(run, number=number, rank=number + 1) for number in range(candidates)]
    for candidate in made:
        make_scores(candidate, [(index + candidate.number) % 2 for index in range(rows)])
    return run, made
