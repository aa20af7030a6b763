"""Answers to requests for changes: somebody edits the candidate, and what came of it is reviewed again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.json_members import member
from omegaweb.reviews.authors import BY_HAND, request_behind
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.models import Candidate
from omegaweb.runs.models.requests import ANSWERS, Steer, SteeringRequest
from omegaweb.runs.steering import ask


class NotAsked(Exception):
    """Nobody waits for an answer to this; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody answered to a request for changes, and how far that is."""

    request: SteeringRequest
    candidate: Candidate | None  # once the run has scored it
    review: Review | None  # once the run asks about it

    @property
    def is_lost(self) -> bool:
        """Whether the run could not use it, so that another one is wanted."""
        return bool(self.request.problem)


@transaction.atomic
def answer(review: Review, *, user: User, content: Mapping[str, Any], comment: str = "") -> SteeringRequest:
    """Hand an edited candidate in as the answer; the run scores it and asks about it again, whatever it asks else.

    Args:
        review: in which changes were requested.
        user: who answers.
        content: the whole content as it should be.
        comment: what was changed, for whoever reviews.

    Raises:
        NotAsked: no changes are requested, or somebody was faster.
        NotNow: the search is over.
    """
    held = Review.objects.select_for_update().get(pk=review.pk)
    if held.state != ReviewState.CHANGES_REQUESTED:
        raise NotAsked("No changes are requested of this candidate, so there is nothing to answer.")
    given = answer_to(held)
    if given is not None and not given.is_lost:
        who = given.request.author.get_username() if given.request.author else "Somebody who has left"
        when = naturaltime(given.request.created_at).replace("\xa0", " ")
        raise NotAsked(f"{who} has answered this already, {when}. Your text was not handed in.")
    payload = {
        "content": dict(content),
        "parent": review.candidate.key,
        "comment": comment,
        ANSWERS: review.candidate.key,
    }
    return ask(review.run, user=user, action=Steer.ADD, payload=payload)


def answer_to(review: Review) -> Answer | None:
    """Return the newest answer to a request for changes."""
    asked = review.run.steering.filter(action=Steer.ADD).annotate(answers=member(f"payload__{ANSWERS}"))
    request = asked.filter(answers=review.candidate.key).select_related("author").last()
    if request is None:
        return None
    made = review.candidate.children.filter(operator=BY_HAND).select_related("review", "run")
    candidate = next((each for each in made if request_behind(each) == request), None)
    return Answer(request=request, candidate=candidate, review=getattr(candidate, "review", None))


def question_of(review: Review) -> Review | None:
    """Return the review whose request for changes this candidate answers."""
    request = request_behind(review.candidate)
    asked = request.payload.get(ANSWERS) if request is not None else None
    reviews = Review.objects.filter(run=review.run_id).select_related("candidate", "reviewer")
    return reviews.filter(candidate__key=asked).first() if asked else None
