"""Alice's things of every kind, and what each role may do with them, for tests of who may do what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.datasets.models import Dataset
from omegaweb.keys.models import ProviderKey
from omegaweb.programs.models import Program
from omegaweb.projects import invitations
from omegaweb.projects.access import Right
from omegaweb.projects.models import Invitation, Membership, Project, Role
from omegaweb.releases.models import ProgramToken, Release
from omegaweb.releases.tokens import make_token
from omegaweb.reviews.models import Review
from omegaweb.runs.configuration import ReviewChoice
from omegaweb.runs.models import Run
from omegaweb.spending.models import ModelPrice
from tests import factories
from tests.factories_runs import make_candidate, make_release, make_review, make_run
from tests.people import join, person

SEE, REVIEW, EDIT, OWN = Right.SEE, Right.REVIEW, Right.EDIT, Right.OWN
#: From the one who may least. Written out once more, so that a slip in access.py shows.
ALLOWED: dict[Role, dict[Right, bool]] = {
    Role.VIEWER: {SEE: True, REVIEW: False, EDIT: False, OWN: False},
    Role.REVIEWER: {SEE: True, REVIEW: True, EDIT: False, OWN: False},
    Role.EDITOR: {SEE: True, REVIEW: True, EDIT: True, OWN: False},
    Role.OWNER: {SEE: True, REVIEW: True, EDIT: True, OWN: True},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Alice's things, and two others: Bob gets each role in turn, Charlie is an outsider."""

    bob: User
    charlie: User
    project: Project
    dataset: Dataset
    program: Program
    run: Run
    review: Review
    invitation: Invitation
    member: Membership
    price: ModelPrice
    release: Release
    token: ProgramToken
    key: ProviderKey

    def place(self, name: str) -> Any:
        """What an address needs: `name` is a member of this, or a member of a member."""
        found: Any = self
        for part in name.split("."):
            found = getattr(found, part)
        return found


def make_world() -> World:
    """Make one of everything."""
    alice = person("alice")
    run = make_run(alice, configuration={"review": ReviewChoice(asks="every")})
    start = make_candidate(run)
    review = make_review(make_candidate(run, number=1, instruction="Sort: {{text}}", parents=[start]))
    project = factories.project_of(alice)
    invitation, _ = invitations.invite(project=project, user=alice, recipient="dora", role=Role.VIEWER, days=1)
    return World(
        bob=person("bob"),
        charlie=person("charlie"),
        project=project,
        dataset=run.dataset_version.dataset,
        program=run.program,
        run=run,
        review=review,
        invitation=invitation,
        member=join(project, person("eve"), Role.VIEWER),
        price=ModelPrice.objects.create(project=project, model="someone/priced", read=1),
        release=make_release(start, files={"prompt": {"text": "", "filename": "a.txt", "content_type": "text/plain"}}),
        key=ProviderKey.objects.create(project=project, provider="openai", encrypted="x"),
        token=make_token(run.program, user=alice, name="production")[0],
    )


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all tests of a module; what each of them changes is undone after it, as always."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)
