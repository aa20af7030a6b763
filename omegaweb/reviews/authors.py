"""Who wrote the text in question, and who may therefore not approve it."""

from __future__ import annotations

from omegaweb.accounts.models import User
from omegaweb.reviews.models import Review
from omegaweb.runs.diffs import EXAMPLES
from omegaweb.runs.requests import Steer

BY_HAND = "manual"


def author_of(review: Review) -> User | None:
    """Return the person who edited the proposal last, or who made the candidate by hand; None for a model's text."""
    if review.is_edited:
        return review.edited_by
    if review.candidate.operator != BY_HAND:
        return None
    for request in review.run.steering.filter(action=Steer.ADD).select_related("author"):
        content = {name: {EXAMPLES: [], **value} for name, value in request.payload["content"].items()}
        if content == review.candidate.content:
            return request.author
    return None


def why_not_approve(review: Review, user: User) -> str:
    """Return why this person cannot approve the text in question; empty where they can."""
    if not review.run.choices.review.author_may_approve and author_of(review) == user:
        return "You wrote this text, and in this run authors may not approve what they wrote. Somebody else has to."
    if review.approvals().filter(person=user).exists():
        return "You have approved this already. It waits for another person."
    return ""
