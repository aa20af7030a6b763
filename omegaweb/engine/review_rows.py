"""Keeps the rows of reviews up to date with what a run says; what a person wrote into them is never overwritten."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import get_user_model

from omegaweb.reviews.models import LEFT_OUT, Review, ReviewState
from omegaweb.runs.models import Candidate, Run
from optimizer_core.events import ReviewDecided


def request(run: Run, candidate: Candidate, *, at: datetime) -> None:
    """Let a candidate wait; one that was asked for before keeps its verdict, unless the review was withdrawn."""
    review, created = Review.objects.get_or_create(candidate=candidate, defaults={"run": run, "requested_at": at})
    if not created and review.state == ReviewState.WITHDRAWN:
        review.state, review.decided_at = ReviewState.PENDING, None
        review.save(update_fields=["state", "decided_at"])


def settle(candidate: Candidate, event: ReviewDecided, *, at: datetime) -> ReviewState:
    """Fill the row in where a program decided, and return what was decided."""
    verdict = ReviewState.LEFT_OUT if event.comment == LEFT_OUT else ReviewState(event.verdict)
    reviewer = get_user_model().objects.filter(username=event.reviewer).first()
    Review.objects.filter(candidate=candidate).pending().update(
        state=verdict, reason=event.comment, reviewer=reviewer, decided_at=at
    )
    return verdict


def withdraw(run: Run, *, at: datetime) -> None:
    """Take back what nobody will collect any more."""
    Review.objects.filter(run=run).pending().update(state=ReviewState.WITHDRAWN, decided_at=at)
