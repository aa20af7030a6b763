"""The review gate of a run: a proposal waits until its Review row is decided, by whatever process."""

from __future__ import annotations

import asyncio
import threading

from omegaweb.reviews.models import TIME_LIMIT, Review, ReviewState
from optimizer_core.review import Decision, Proposal, Verdict

_DECISIONS = {
    ReviewState.APPROVED: Decision.APPROVED,
    ReviewState.REJECTED: Decision.REJECTED,
    ReviewState.LEFT_OUT: Decision.LEFT_OUT,
    ReviewState.SUPERSEDED: Decision.SUPERSEDED,
    ReviewState.CHANGES_REQUESTED: Decision.CHANGES_REQUESTED,
    ReviewState.EDITED: Decision.EDITED,
}


class RowGate:
    """Answers proposals from rows. The rows are made by the projection of ``review.requested``.

    :meth:`review` belongs to the run's loop; :meth:`look` is called every now and then by a thread that may use the
    ORM. After an interruption the run asks again, and what was decided meanwhile is answered at the next look.
    """

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self._lock = threading.Lock()
        self._waiting: dict[str, asyncio.Future[Verdict]] = {}

    async def review(self, proposal: Proposal) -> Verdict:
        """Wait for the verdict of a person."""
        answer: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting[proposal.candidate] = answer
        try:
            return await answer
        finally:
            with self._lock:
                self._waiting.pop(proposal.candidate, None)

    def look(self) -> None:
        """Hand over the verdicts that have come in."""
        with self._lock:
            waiting = dict(self._waiting)
        if not waiting:
            return
        decided = Review.objects.filter(run_id=self._run_id, state__in=_DECISIONS, candidate__key__in=waiting)
        for review in decided.select_related("candidate", "reviewer"):
            answer = waiting[review.candidate.key]
            answer.get_loop().call_soon_threadsafe(_settle, answer, verdict_of(review))


def verdict_of(review: Review) -> Verdict:
    """Return a decided review as the library knows it."""
    decision = _DECISIONS[ReviewState(review.state)]
    return Verdict(
        decision=decision,
        reviewer=_reviewer_of(review),
        comment=review.reason,
        content=review.edited_content if decision is Decision.EDITED else None,
    )


def _reviewer_of(review: Review) -> str:
    if review.by_time_limit:
        return TIME_LIMIT
    if review.state in (ReviewState.LEFT_OUT, ReviewState.SUPERSEDED):
        return ""
    approvals = review.approvals() if review.state in (ReviewState.APPROVED, ReviewState.EDITED) else ()
    names = [vote.person.get_username() for vote in approvals if vote.person]
    if not names and review.reviewer is not None:
        names = [review.reviewer.get_username()]
    return " and ".join(names)


def _settle(answer: asyncio.Future[Verdict], verdict: Verdict) -> None:
    if not answer.done():  # the run may have been cancelled, or the last look may have answered
        answer.set_result(verdict)
