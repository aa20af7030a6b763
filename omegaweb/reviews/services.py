"""Deciding a review: once, by one person, whoever else presses the button at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db import transaction
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.reviews.edits import check_edit
from omegaweb.reviews.models import LEFT_OUT, Review, ReviewState
from omegaweb.runs.models import Run, RunState

VERDICTS = (ReviewState.APPROVED, ReviewState.REJECTED, ReviewState.EDITED)
REASON_LENGTH = 4000


class AlreadyDecided(Exception):
    """Somebody else was first; the message says who, what and when."""

    def __init__(self, review: Review, user: User) -> None:
        super().__init__(_already(review, user))
        self.review = review


class ReasonMissing(ValueError):
    """A rejection needs a reason, because the proposing model learns from it."""


def decide(
    review: Review,
    *,
    user: User,
    verdict: str,
    reason: str = "",
    edited_content: Mapping[str, Any] | None = None,
) -> Review:
    """Write a person's verdict into a review that still waits, and return the review as it is now.

    The run reads the row; nothing else has to be told. An edit that changes nothing is an approval.

    Args:
        review: what is decided.
        user: who decides.
        verdict: a ReviewState: approved, rejected or edited.
        reason: needed for a rejection; it reaches the proposing model.
        edited_content: the whole content, with "edited" only.

    Raises:
        AlreadyDecided: the review does not wait any more.
        ReasonMissing: a rejection without a reason.
        InvalidEdit: the edited content cannot be used; see :mod:`omegaweb.reviews.edits`.
        ValueError: there is no such verdict, or content came with another verdict than "edited".
    """
    state = _verdict(verdict, edited_content)
    reason = reason.strip()[:REASON_LENGTH]
    if state is ReviewState.REJECTED and not reason:
        raise ReasonMissing("Say why: the proposing model reads it before its next attempt.")
    if state is ReviewState.EDITED and edited_content == review.candidate.content:
        state, edited_content = ReviewState.APPROVED, None
    if edited_content is not None:
        check_edit(review, edited_content)
    with transaction.atomic():
        changed = Review.objects.filter(pk=review.pk, state=ReviewState.PENDING).update(
            state=state, reviewer=user, reason=reason, edited_content=edited_content, decided_at=timezone.now()
        )
        review.refresh_from_db()
        if changed:
            _record_decision(review, user)
    if not changed:
        raise AlreadyDecided(review, user)
    return review


def _record_decision(review: Review, user: User) -> None:
    after: dict[str, Any] = {"state": review.state, "reason": review.reason}
    before: dict[str, Any] = {"state": str(ReviewState.PENDING)}
    if review.edited_content is not None:
        before["content"], after["content"] = review.candidate.content, review.edited_content
    record(
        project=review.run.project, actor=user, action=Action.REVIEW_DECIDED, target=review, before=before, after=after
    )


@transaction.atomic
def leave_out(run: Run, *, user: User) -> int:
    """Let a run whose search is over go on to its result without the reviews still open; return how many those were.

    What nobody approved must not enter the population, so the library takes them as rejected.
    """
    if Run.objects.get(pk=run.pk).state != RunState.WAITING:
        return 0
    count = (
        Review.objects.pending()
        .filter(run=run)
        .update(state=ReviewState.LEFT_OUT, reviewer=user, reason=LEFT_OUT, decided_at=timezone.now())
    )
    if count:
        after = {"left out": count}
        record(project=run.project, actor=user, action=Action.REVIEWS_LEFT_OUT, target=run, after=after)
    return count


def _verdict(verdict: str, edited_content: Mapping[str, Any] | None) -> ReviewState:
    if verdict not in VERDICTS:
        raise ValueError(f"verdict {verdict!r} is none of {', '.join(VERDICTS)}")
    state = ReviewState(verdict)
    if (state is ReviewState.EDITED) != (edited_content is not None):
        raise ValueError(f"edited content belongs to the verdict 'edited' only, not to {verdict!r}")
    return state


def _already(review: Review, user: User) -> str:
    if review.state == ReviewState.WITHDRAWN:
        why = (
            "ended before anybody decided" if review.run.run_state.is_over else "was interrupted and went on without it"
        )
        return f"The run {why}, so this review was withdrawn."
    if review.state == ReviewState.PENDING:
        return "This review still waits."
    when = naturaltime(review.decided_at).replace("\xa0", " ") if review.decided_at else "some time ago"
    what = review.get_state_display().lower()
    if review.reviewer == user:
        return f"You already decided this: {what}, {when}. Nothing was changed."
    who = review.reviewer.get_username() if review.reviewer else "somebody who has left"
    return f"Already {what} by {who}, {when}. Your decision was not needed."
