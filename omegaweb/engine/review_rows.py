"""Keeps the rows of reviews up to date with what a run says; what a person wrote into them is never overwritten."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model

from omegaweb.reviews.models import LEFT_OUT, Review, ReviewState
from omegaweb.runs.models import Candidate, Run
from optimizer_core.events import ReviewDecided

#: The events with which rows of reviews come, are settled, or are taken back.
KINDS = frozenset({"run.started", "run.finished", "review.requested", "review.decided"})


def request(run: Run, candidate: Candidate, *, at: datetime) -> None:
    """Let a candidate wait; one that was asked for before keeps its verdict, unless that was nobody's."""
    hours = run.choices.review.hours
    due = at + timedelta(hours=hours) if hours is not None else None
    values = {"run": run, "requested_at": at, "due_at": due}
    review, created = Review.objects.get_or_create(candidate=candidate, defaults=values)
    if not created and review.state in (ReviewState.WITHDRAWN, ReviewState.SUPERSEDED):
        # Also where it was superseded: it has won all the same, and a winner needs a yes of its own.
        review.state, review.decided_at, review.due_at = ReviewState.PENDING, None, due
        review.reviewer, review.reason, review.by_time_limit = None, "", False
        review.save(update_fields=["state", "decided_at", "due_at", "reviewer", "reason", "by_time_limit"])


def verdict_of(event: ReviewDecided) -> ReviewState:
    """Return what was decided."""
    # Before there was such a verdict, what was left out was told as rejected.
    return ReviewState.LEFT_OUT if event.comment == LEFT_OUT else ReviewState(event.verdict)


def settle(candidate: Candidate, event: ReviewDecided, *, at: datetime) -> None:
    """Fill the row in where a program decided."""
    reviewer = get_user_model().objects.filter(username=event.reviewer).first()
    Review.objects.filter(candidate=candidate).pending().update(
        state=verdict_of(event), reason=event.comment, reviewer=reviewer, decided_at=at
    )


def withdraw(run: Run, *, at: datetime) -> None:
    """Take back what nobody will collect any more."""
    Review.objects.filter(run=run).pending().update(state=ReviewState.WITHDRAWN, decided_at=at)
