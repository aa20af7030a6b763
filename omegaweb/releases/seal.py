"""What pages show of a run's seal: each look at its test rows, and what a further look is worth."""

from __future__ import annotations

from dataclasses import dataclass

from omegaweb.releases.models import OpeningState, SealOpening
from omegaweb.runs.models import Candidate, CandidateState, Run, SampleScore
from omegaweb.runs.result import Result, result_from

#: These were scored, but a person turned them down, or has not decided.
TURNED_DOWN = (CandidateState.REJECTED, CandidateState.EDITED, CandidateState.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Testing:
    """A look that goes on now."""

    candidate: Candidate | None
    answered: int
    wanted: int

    @property
    def percent(self) -> int:
        return min(100, 100 * self.answered // max(1, self.wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The looks at the test rows of a run, the first one first."""

    openings: list[SealOpening]
    other_runs: int  # looks of other runs at the rows of the same dataset version
    shown: SealOpening | None  # the look that counts
    testing: Testing | None = None  # the one that goes on

    @property
    def looks(self) -> int:
        """How many of the openings could tell something new: see SealOpening.look."""
        return len({opening.what_was_seen for opening in self.openings})

    @property
    def repeats(self) -> bool:
        """Whether one of the openings is no look of its own."""
        return self.looks < len(self.openings)

    @property
    def result(self) -> Result | None:
        """The result card of the look that counts; put together at every call."""
        return result_of_opening(self.shown.run, self.shown) if self.shown is not None else None

    @property
    def is_weakened(self) -> bool:
        """Whether more than one look was taken, so that the newest number is not independent."""
        return self.looks > 1


def seal_of(run: Run) -> Seal:
    """Return what is shown of a run's seal."""
    openings = list(run.openings.select_related("candidate", "opened_by"))
    for opening in openings:
        if opening.candidate is not None:
            opening.candidate.run = run
    others = looks_of_other_runs(run)
    shown = _shown([opening for opening in openings if opening.state == OpeningState.DONE])
    return Seal(openings=openings, other_runs=others, shown=shown, testing=_testing(run, openings))


def looks_of_other_runs(run: Run) -> int:
    """Return how often other runs have looked at the test rows of the same dataset version."""
    others = SealOpening.objects.filter(run__dataset_version=run.dataset_version_id).exclude(run=run)
    known = others.exclude(candidate=None).order_by().values("candidate").distinct().count()
    return known + others.filter(candidate=None).count()


def _testing(run: Run, openings: list[SealOpening]) -> Testing | None:
    """Return the look that goes on; of the run's own one, what was answered is counted in the scores."""
    opening = next((opening for opening in openings if opening.is_running), None)
    if opening is None:
        return None
    if not opening.by_run:
        return Testing(candidate=opening.candidate, answered=opening.answered, wanted=opening.wanted)
    compared = {candidate.pk for candidate in (run.baseline, run.best) if candidate is not None}
    answered = SampleScore.objects.filter(candidate__in=compared, split="test").count()
    return Testing(candidate=run.best, answered=answered, wanted=opening.rows * len(compared))


def _shown(done: list[SealOpening]) -> SealOpening | None:
    """Return the look that a run's page shows in full: its own newest one, or else the newest of all."""
    own = [opening for opening in done if opening.by_run]
    newest = [*done[-1:], *own[-1:]]
    return newest[-1] if newest else None


def result_of_opening(run: Run, opening: SealOpening) -> Result | None:
    """Return the result card of one look; nothing before it is over."""
    return result_from(run, opening.figures, looks=opening.look) if opening.figures else None


def test_of(candidate: Candidate) -> SealOpening | None:
    """Return the newest look that compared a candidate with the start; of the start itself, the newest of the run."""
    done = candidate.run.openings.filter(state=OpeningState.DONE)
    return (done if candidate.number == 0 else done.filter(candidate=candidate)).last()


def reason_against(candidate: Candidate) -> str:
    """Return why a candidate cannot be put up for release; empty if it can."""
    run = candidate.run
    if not run.run_state.is_over:
        return "The run is not over. Put a candidate up when it has ended: until then something better may come."
    if candidate.reward is None or run.baseline_id is None:
        return "It was never scored, so nothing speaks for it."
    if candidate.state in TURNED_DOWN:
        return f"Its state is “{candidate.get_state_display()}”: a person has not said yes to it."
    return ""
