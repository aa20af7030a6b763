"""Proposals that came to nothing, once they are most of what was asked for: then the run has hardly searched."""

from __future__ import annotations

from dataclasses import dataclass

from omegaweb.runs.models import Run

#: A few failures are usual, and no news before there are so many.
LEAST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LostProposals:
    """How many of the proposals asked for became no candidate, and why the last one did not."""

    lost: int
    asked: int
    reason: str


def lost_proposals(run: Run) -> LostProposals | None:
    """Return what was lost of a run's proposals, or None while more than half of them became candidates."""
    failures = run.events.filter(kind="proposal.failed")
    lost = failures.count()
    if lost < LEAST:
        return None
    asked = max(lost, run.batches_done) if run.choices.optimizer.races else lost + _became_candidates(run)
    if lost * 2 < asked:
        return None
    return LostProposals(lost=lost, asked=asked, reason=failures.order_by("-sequence")[0].payload["reason"])


def _became_candidates(run: Run) -> int:
    """Of a plain search, where each proposal is one candidate; one of a race may be several, on the way to the last."""
    return run.candidates.exclude(operator__in=("baseline", "seed", "edit", "manual")).count()
