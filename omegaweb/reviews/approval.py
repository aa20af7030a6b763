"""Whether a person said yes to a candidate, in one sentence for pages and exported files."""

from __future__ import annotations

from dataclasses import dataclass

from omegaweb.reviews.authors import edit_behind
from omegaweb.reviews.models import TIME_LIMIT, Review, ReviewState
from omegaweb.runs.configuration import Asks
from omegaweb.runs.models import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What the reviews say of a candidate."""

    sentence: str
    is_missing: bool  # the run asks a person, and none has said yes


def approval_of(candidate: Candidate) -> Approval:
    """Return whether a candidate is approved; the start needs no approval, nor does a run that asks nobody."""
    if candidate.number == 0:
        return Approval(sentence="The start of the run, as the program was.", is_missing=False)
    asks, review = candidate.run.choices.review, _review_of(candidate)
    if review is None and asks.asks == Asks.RELEASE:
        sentence = "Nobody was asked during the search: people approve what is put up for release."
        return Approval(sentence=sentence, is_missing=False)
    if review is None and not asks.in_search:
        return Approval(sentence="Nobody was asked: this run needs no approval.", is_missing=False)
    if review is None:
        return Approval(sentence="NOT APPROVED: nobody has reviewed this candidate.", is_missing=True)
    if review.state == ReviewState.PENDING:
        return Approval(sentence="NOT APPROVED: it waits for a review.", is_missing=True)
    if review.state == ReviewState.LEFT_OUT:
        return Approval(sentence="NOT APPROVED: the run was finished without a decision.", is_missing=True)
    if review.state == ReviewState.SUPERSEDED:
        return Approval(sentence="NOT APPROVED: a better one was approved before anybody decided.", is_missing=True)
    if review.state == ReviewState.WITHDRAWN:
        return Approval(sentence="NOT APPROVED: the run ended before anybody decided.", is_missing=True)
    who = _people(review)
    when = f"{review.decided_at:%Y-%m-%d}" if review.decided_at else "an unknown day"
    if review.candidate_id != candidate.pk:
        return Approval(sentence=f"Edited and approved by {who} on {when}.", is_missing=False)
    if review.state == ReviewState.APPROVED:
        return Approval(sentence=f"Approved by {who} on {when}.", is_missing=False)
    if review.state == ReviewState.EDITED:
        return Approval(sentence=f"NOT APPROVED: {who} replaced it by an edit on {when}.", is_missing=True)
    if review.state == ReviewState.CHANGES_REQUESTED:
        return Approval(sentence=f"NOT APPROVED: {who} asked for changes on {when}.", is_missing=True)
    return Approval(sentence=f"NOT APPROVED: rejected by {who} on {when}.", is_missing=True)


def _people(review: Review) -> str:
    if review.by_time_limit:
        return TIME_LIMIT
    voters = [vote.person.get_username() for vote in review.approvals() if vote.person]
    if len(voters) > 1 and review.state in (ReviewState.APPROVED, ReviewState.EDITED):
        return " and ".join(voters)
    return review.reviewer.get_username() if review.reviewer else "somebody who has left"


def _review_of(candidate: Candidate) -> Review | None:
    reviews = Review.objects.select_related("reviewer")
    own = reviews.filter(candidate=candidate).first()
    if own is not None or candidate.operator != "edit":
        return own
    return edit_behind(candidate)  # nobody is asked about an edit
