"""Who has approved a version, and who still has to."""

from __future__ import annotations

from typing import Any

from omegaweb.accounts.models import User
from omegaweb.projects.access import Someone
from omegaweb.releases.models import Release, StepKind
from omegaweb.reviews.authors import writer_of
from omegaweb.reviews.ballot import WROTE_IT, Ballot, Yes, ballot

PUT_IT_UP = "You put this up, and in this run nobody approves what they put up themselves. Somebody else has to."


def ballot_of(release: Release) -> Ballot:
    """Return the approvals of a version under the rule of the run that it comes from.

    Whoever put it up counts as its author, and so does the person who wrote its text, if one did.
    """
    steps = release.steps.select_related("by")
    given = (Yes(person=step.by, at=step.at, comment=step.comment) for step in steps.filter(kind=StepKind.APPROVED))
    proposed = steps.filter(kind=StepKind.PROPOSED).first()
    writer = writer_of(release.candidate) if release.candidate else None
    authors = {writer: WROTE_IT, (proposed.by if proposed else None): PUT_IT_UP}
    choice = release.run.choices.review.of_releases
    return ballot(release.project_id, choice, given=tuple(given), authors=authors)


def ballot_context(release: Release, user: Someone) -> dict[str, Any]:
    """Return what the region "release-ballot" is drawn from.

    Args:
        release: what is decided.
        user: who looks.
    """
    votes = ballot_of(release)
    why_not = votes.why_not(user) if isinstance(user, User) else ""
    may_approve = release.can_be_decided and not why_not
    return {"release": release, "ballot": votes, "why_not": why_not, "may_approve": may_approve}
