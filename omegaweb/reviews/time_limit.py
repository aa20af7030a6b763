"""Takes the default of a run for reviews that nobody decided in time."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.reviews.superseding import supersede


def decide_overdue(*, now: datetime) -> list[int]:
    """Decide what is due, each once, and return the runs it belongs to."""
    overdue = Review.objects.pending().filter(due_at__lte=now).select_related("run__project", "candidate")
    return list({review.run_id: None for review in overdue if _decide(review, now)})


@transaction.atomic
def _decide(review: Review, now: datetime) -> bool:
    """False where a person was first."""
    choice = review.run.choices.review
    state = ReviewState(choice.after_hours)
    if state is ReviewState.APPROVED and review.edited_content is not None:
        state = ReviewState.EDITED  # an edit that waited for a second person
    reason = f"Nobody decided within {choice.hours or 0:g} hours."
    values = {"state": state, "reason": reason, "decided_at": now, "by_time_limit": True}
    # Another edition would be another text than the one this was looked at for.
    waiting = Review.objects.pending().filter(pk=review.pk, edition=review.edition)
    if not waiting.update(**values):
        return False
    review.refresh_from_db()
    superseded = supersede(review)
    record(
        project=review.run.project,
        actor=None,
        action=Action.REVIEW_DECIDED,
        target=review,
        before={"state": str(ReviewState.PENDING)},
        after={"state": str(state), "reason": reason, **({"superseded": superseded} if superseded else {})},
    )
    return True
