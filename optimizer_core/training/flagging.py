"""Flags of candidates: looked for before anything is spent on them, and told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.events import CandidateDropped, CandidateFlagged
from optimizer_core.inspection.flag import Flag, OnWarning
from optimizer_core.inspection.inspector import Surroundings, inspect
from optimizer_core.training.run import Run

#: Training rows that are looked for in what a person wrote.
ROWS = 2000
#: Why a candidate is not scored.
FLAGGED = "flagged"


def look_at(run: Run, candidate: Candidate, parents: Sequence[Candidate], known: Iterable[str]) -> tuple[Flag, ...]:
    """Return what is striking about a proposal.

    Args:
        run: knows the program and the rows.
        candidate: the proposal, of which nothing is scored yet.
        parents: what it was made from, the one that was changed first.
        known: ids of those it may be nearly the same as, beside its parents.
    """
    others = (run.state.candidates[name] for name in known if name in run.state.candidates)
    shown = set(candidate.evidence)
    return inspect(
        candidate,
        Surroundings(
            variables=run.program.trainable_variables,
            parents=parents,
            known=(*parents, *others),
            shown=[row for row in run.data.train if row.id in shown],
            rows=run.data.train,
        ),
    )


def look_at_handwork(run: Run, candidate: Candidate) -> tuple[Flag, ...]:
    """Return what is striking about what a person wrote; that it is nearly what it was made from was meant so."""
    found = [run.state.candidates[name] for name in candidate.parents if name in run.state.candidates]
    rows: Sequence[Sample] = run.data.train
    around = Surroundings(
        variables=run.program.trainable_variables,
        parents=found or [run.state.baseline],
        shown=rows[:ROWS],
        rows=rows,
    )
    return inspect(candidate, around)


def tell(run: Run, candidate: Candidate, flags: Sequence[Flag], then: str = OnWarning.SCORE) -> None:
    """Say what was found, and what follows."""
    for flag in flags:
        run.reporter.emit(
            CandidateFlagged(
                candidate=candidate.id,
                flag=flag.kind.value,
                text=flag.text,
                evidence=flag.evidence,
                then=OnWarning(then).value,
            )
        )


def tell_dropped(run: Run, candidate: Candidate) -> None:
    """Say that a candidate is not scored because of its flags."""
    run.reporter.emit(
        CandidateDropped(candidate=candidate.id, reason=FLAGGED, by=candidate.parents[0], better=0, worse=0, count=0)
    )
