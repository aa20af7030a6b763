"""Who wrote a text, as far as a person did."""

from __future__ import annotations

from omegaweb.accounts.models import User
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.diffs import EXAMPLES
from omegaweb.runs.models import Candidate
from omegaweb.runs.models.requests import Steer, SteeringRequest

BY_HAND, BY_EDIT = "manual", "edit"


def author_of(review: Review) -> User | None:
    """Return the person who edited the proposal last, or who made the candidate; None for a model's text."""
    return review.edited_by if review.is_edited else writer_of(review.candidate)


def writer_of(candidate: Candidate) -> User | None:
    """Return the person who made a candidate by hand or by editing a proposal; None for a model's text."""
    if candidate.operator == BY_EDIT:
        review = edit_behind(candidate)
        return review.edited_by or review.reviewer if review is not None else None
    request = request_behind(candidate)
    return request.author if request is not None else None


def request_behind(candidate: Candidate) -> SteeringRequest | None:
    """Return what somebody asked of the run to have a candidate made by hand; None for another one."""
    if candidate.operator != BY_HAND:
        return None
    for request in candidate.run.steering.filter(action=Steer.ADD).select_related("author"):
        content = {name: {EXAMPLES: [], **value} for name, value in request.payload["content"].items()}
        if content == candidate.content:
            return request
    return None


def edit_behind(candidate: Candidate) -> Review | None:
    """Return the review that an edited candidate came from: whoever edited decided it by that."""
    reviews = Review.objects.select_related("reviewer", "edited_by")
    edited = reviews.filter(candidate__in=candidate.parents.all(), state=ReviewState.EDITED)
    return next((review for review in edited if review.edited_content == candidate.content), None)
