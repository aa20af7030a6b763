"""What the region "decision" of a review's page shows: the question, who has said what, and what this person may do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser

from omegaweb.accounts.models import User
from omegaweb.projects.access import can_edit, can_review
from omegaweb.reviews.answers import answer_to, question_of
from omegaweb.reviews.authors import author_of
from omegaweb.reviews.ballot import ballot_of
from omegaweb.reviews.forms import ChangesForm, RejectForm
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.diffs import ContentDiff, diff_contents


def decision_context(
    review: Review,
    user: User | AnonymousUser,
    *,
    reject_form: RejectForm | None = None,
    changes_form: ChangesForm | None = None,
) -> dict[str, Any]:
    """Return what the region is drawn from.

    Args:
        review: with its run and candidate.
        user: who looks.
        reject_form: as it was sent, where it was refused.
        changes_form: the same.
    """
    may_decide = isinstance(user, User) and can_review(user, review)
    ballot, question = ballot_of(review), question_of(review)
    return {
        "review": review,
        "candidate": review.candidate,
        "run": review.run,
        "user": user,
        "may_decide": may_decide,
        "why_not": ballot.why_not(user) if may_decide and isinstance(user, User) else "",
        "ballot": ballot,
        "author": author_of(review),
        "question": question,
        "answer_diff": _diff_to_refused(question, review) if question else None,
        **_answer(review, user),
        "edit_diff": _edit_of(review),
        "reject_form": reject_form or RejectForm(is_read=review.run.can_be_steered),
        "changes_form": changes_form or ChangesForm(is_read=review.run.can_be_steered),
    }


def _diff_to_refused(refused: Review, review: Review) -> ContentDiff:
    return diff_contents(refused.edited_content or refused.candidate.content, review.candidate.content)


def _answer(review: Review, user: User | AnonymousUser) -> dict[str, Any]:
    """What has come of a request for changes, and whether this person may answer it."""
    if review.state != ReviewState.CHANGES_REQUESTED:
        return {}
    return {"answer": answer_to(review), "may_answer": can_edit(user, review)}


def _edit_of(review: Review) -> Any:
    return diff_contents(review.candidate.content, review.edited_content) if review.edited_content else None
