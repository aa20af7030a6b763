"""Who may say yes to a text, and how many must: the one rule for reviews in a run and for releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from omegaweb.accounts.models import User
from omegaweb.projects.access import Right, people_with
from omegaweb.reviews.authors import author_of
from omegaweb.reviews.models import Review
from omegaweb.runs.configuration import ReviewChoice

WROTE_IT = "You wrote this text, and in this run authors may not approve what they wrote. Somebody else has to."


@dataclass(frozen=True, slots=True, kw_only=True)
class Yes:
    """What one person said for a text."""

    person: User | None  # None: somebody who has left
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """Who has said yes to a text, and who still can."""

    project_id: int
    needed: int
    given: tuple[Yes, ...]
    barred: Mapping[int, str] = field(default_factory=dict)  # number of a person → why they may not approve

    @property
    def missing(self) -> int:
        return max(0, self.needed - len(self.given))

    @property
    def names(self) -> str:
        """Those who have said yes, in one phrase."""
        return " and ".join(yes.person.get_username() for yes in self.given if yes.person)

    @property
    def who_can(self) -> list[User]:
        """Those who may still say yes."""
        return [person for person in people_with(Right.REVIEW, self) if not self.why_not(person)]

    @property
    def is_stuck(self) -> bool:
        """Whether there are too few people in the project to agree."""
        return len(self.who_can) < self.missing

    def why_not(self, user: User) -> str:
        """Return why this person cannot approve; empty where they can."""
        if user.pk in self.barred:
            return self.barred[user.pk]
        if any(yes.person == user for yes in self.given):
            return "You have approved this already. It waits for another person."
        return ""


def ballot_of(review: Review) -> Ballot:
    """Return the votes on the text that a review is about now."""
    given = (Yes(person=vote.person, at=vote.at, comment=vote.reason) for vote in review.approvals())
    author = author_of(review)
    return ballot(review.project_id, review.run.choices.review, given=tuple(given), authors={author: WROTE_IT})


def ballot(
    project_id: int, choice: ReviewChoice, *, given: tuple[Yes, ...], authors: Mapping[User | None, str]
) -> Ballot:
    """Return a vote under the rule that somebody chose when the run was launched.

    Args:
        project_id: whose members may vote.
        choice: how many must agree, and whether authors count.
        given: approvals so far.
        authors: who made what is voted on, and what to tell them where they may not approve it.
    """
    barred = {} if choice.author_may_approve else {person.pk: why for person, why in authors.items() if person}
    return Ballot(project_id=project_id, needed=choice.approvals, given=given, barred=barred)
