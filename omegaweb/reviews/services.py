"""Deciding a review: once, by as many people as the run wants, whoever presses the button at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db import transaction
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.reviews.ballot import ballot_of
from omegaweb.reviews.edits import check_edit
from omegaweb.reviews.models import LEFT_OUT, Review, ReviewState
from omegaweb.reviews.superseding import supersede
from omegaweb.runs.models import Run, RunState

NEED_A_REASON = (ReviewState.REJECTED, ReviewState.CHANGES_REQUESTED)
VERDICTS = (ReviewState.APPROVED, *NEED_A_REASON, ReviewState.EDITED)
REASON_LENGTH = 4000
#: What somebody did who was first.
DID = {
    ReviewState.APPROVED: "approved this",
    ReviewState.REJECTED: "rejected this",
    ReviewState.CHANGES_REQUESTED: "requested changes",
    ReviewState.EDITED: "edited and approved this",
    ReviewState.LEFT_OUT: "left this out",
    ReviewState.SUPERSEDED: "approved a better one of this run",
}


class AlreadyDecided(Exception):
    """Somebody else was first; the message says who, what and when."""

    def __init__(self, review: Review, user: User) -> None:
        super().__init__(_already(review, user))
        self.review = review


class EditedMeanwhile(Exception):
    """Somebody has edited the text since this person saw it; the message says who."""

    def __init__(self, review: Review) -> None:
        who = review.edited_by.get_username() if review.edited_by else "Somebody"
        super().__init__(f"{who} has edited the text meanwhile. Nothing was decided; look at the new text first.")


class MayNotApprove(Exception):
    """This person wrote the text, or has approved it already; the message says which."""


class ReasonMissing(ValueError):
    """A rejection needs a reason, because the proposing model learns from it."""


def decide(
    review: Review,
    *,
    user: User,
    verdict: str,
    reason: str = "",
    edited_content: Mapping[str, Any] | None = None,
    edition: int | None = None,
) -> Review:
    """Write a person's verdict into a review that still waits, and return the review as it is now.

    One rejection or request for changes decides. An approval decides as soon as enough different people have approved
    the same text; until then the review goes on waiting. An edit is the editor's approval of their own text, unless
    the run does not count that. An edit that changes nothing is an approval.

    The run reads the row; whoever calls tells the pages (:func:`omegaweb.engine.endings.announce`).

    Args:
        review: what is decided.
        user: who decides.
        verdict: a ReviewState: approved, rejected, changes_requested or edited.
        reason: needed for all but an approval and an edit; it reaches the proposing model.
        edited_content: the whole content, with "edited" only.
        edition: of the text that the person saw; None for whatever it is now.

    Raises:
        AlreadyDecided: the review does not wait any more.
        EditedMeanwhile: the person saw an older text.
        MayNotApprove: this person wrote the text, or has approved it already.
        ReasonMissing: a rejection or a request for changes without a reason.
        InvalidEdit: the edited content cannot be used; see :mod:`omegaweb.reviews.edits`.
        ValueError: there is no such verdict, or content came with another verdict than "edited".
    """
    state = _verdict(verdict, edited_content)
    reason = reason.strip()[:REASON_LENGTH]
    if state in NEED_A_REASON and not reason:
        raise ReasonMissing("Say why: the proposing model reads it before its next attempt.")
    if state is ReviewState.EDITED and edited_content == (review.edited_content or review.candidate.content):
        state, edited_content = ReviewState.APPROVED, None
    if edited_content is not None:
        check_edit(review, edited_content)
    with transaction.atomic():
        is_late = not _vote(review, user, state, reason, edited_content, edition)
    review.refresh_from_db()
    if is_late:
        raise AlreadyDecided(review, user)
    return review


def _vote(
    review: Review,
    user: User,
    state: ReviewState,
    reason: str,
    edited_content: Mapping[str, Any] | None,
    edition: int | None,
) -> bool:
    """Count a vote, and settle the review where that is enough; False where it was settled before."""
    now = Review.objects.select_for_update().get(pk=review.pk)  # votes on one review come one after the other
    if not now.is_pending:
        return False
    if edition is not None and edition != now.edition:
        raise EditedMeanwhile(now)
    before: dict[str, Any] = {"state": str(now.state)}
    if state is ReviewState.EDITED:
        before["content"] = now.edited_content or now.candidate.content
        now.edited_content, now.edited_by, now.edition = dict(edited_content or {}), user, now.edition + 1
        now.save(update_fields=["edited_content", "edited_by", "edition"])
    problem = ballot_of(now).why_not(user)
    if state is ReviewState.APPROVED and problem:
        raise MayNotApprove(problem)
    said = ReviewState.APPROVED if state is ReviewState.EDITED and not problem else state
    now.votes.update_or_create(person=user, edition=now.edition, defaults={"verdict": said, "reason": reason})
    _settle(now, user, state, reason)
    _record_vote(now, user, before, state, superseded=supersede(now))
    return True


def _settle(review: Review, user: User, said: ReviewState, reason: str) -> None:
    """Decide a review if what was said is enough; the last one who approved is its reviewer."""
    if said in (ReviewState.APPROVED, ReviewState.EDITED):
        if ballot_of(review).missing:
            return
        said = ReviewState.EDITED if review.is_edited else ReviewState.APPROVED
    review.state, review.reviewer, review.reason, review.decided_at = said, user, reason, timezone.now()
    review.save(update_fields=["state", "reviewer", "reason", "decided_at"])


def _record_vote(
    review: Review, user: User, before: Mapping[str, Any], said: ReviewState, *, superseded: list[int]
) -> None:
    after: dict[str, Any] = {"state": review.state, "reason": review.reason}
    if superseded:
        after["superseded"] = superseded
    if review.is_pending:
        after["said"] = str(said)
    if said is ReviewState.EDITED:
        after["content"] = review.edited_content
    record(
        project=review.run.project, actor=user, action=Action.REVIEW_DECIDED, target=review, before=before, after=after
    )


@transaction.atomic
def leave_out(run: Run, *, user: User) -> int:
    """Let a run whose search is over go on to its result without the reviews still open; return how many those were.

    What nobody approved must not enter the population.
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
    when = "just now" if when == "now" else when
    if review.by_time_limit:
        what = review.get_state_display().lower()
        return f"The time limit decided this {when}: {what}. Your decision came too late."
    did = DID[ReviewState(review.state)]
    if review.reviewer == user:
        return f"You already {did}, {when}. Nothing was changed."
    who = review.reviewer.get_username() if review.reviewer else "Somebody who has left"
    return f"{who} {did} {when}. Your decision was not needed."
