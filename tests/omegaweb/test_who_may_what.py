"""Every address of the site, and who may use it: a view that is not in this table fails here.

Sockets have a table of their own, `test_who_may_have_sockets.py`.

Alice owns everything, Bob is in her project with each role in turn, Charlie is an outsider, and somebody is signed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from omegaweb.datasets.models import Dataset
from omegaweb.programs.models import Program
from omegaweb.projects.access import Right, can_edit, can_own, can_review, may
from omegaweb.projects.models import Role
from omegaweb.reviews.models import Review
from omegaweb.runs.models import Run
from tests.people import join, signed_in
from tests.worlds import ALLOWED, EDIT, OWN, REVIEW, SEE, World

pytestmark = pytest.mark.django_db

REFUSED, UNKNOWN = 403, 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One address: which right it takes, and how it is used."""

    right: Right | None  # None: anybody who is signed in, about nobody's things
    arguments: tuple[str | int, ...] = ()
    post: bool = False  # what changes something is tried by POST
    data: dict[str, str] = field(default_factory=dict)  # values may name places, like the arguments


HERE = {"project": "project.pk"}  # the form says which project it was opened for

TABLE: dict[str, Row] = {
    "home": Row(right=None),
    "accounts:sign-out": Row(right=None, post=True),
    "accounts:password": Row(right=None),
    "datasets:list": Row(right=None),
    "datasets:upload": Row(right=EDIT, post=True, data=HERE),
    "datasets:detail": Row(right=SEE, arguments=("dataset.pk",)),
    "datasets:progress": Row(right=SEE, arguments=("dataset.pk",)),
    "datasets:split": Row(right=EDIT, arguments=("dataset.pk",), post=True),
    "datasets:read-again": Row(right=EDIT, arguments=("dataset.pk",), post=True),
    "datasets:delete": Row(right=EDIT, arguments=("dataset.pk",), post=True),
    "programs:list": Row(right=None),
    "programs:create": Row(right=EDIT, post=True, data=HERE),
    "programs:variables": Row(right=None, post=True),
    "programs:detail": Row(right=SEE, arguments=("program.pk",)),
    "programs:edit": Row(right=EDIT, arguments=("program.pk",), post=True),
    "programs:delete": Row(right=EDIT, arguments=("program.pk",), post=True),
    "programs:try": Row(right=EDIT, arguments=("program.pk",), post=True),
    "runs:list": Row(right=None),
    "runs:compare": Row(right=SEE, data={"run": "run.pk"}),
    "runs:detail": Row(right=SEE, arguments=("run.pk",)),
    "runs:event": Row(right=SEE, arguments=("run.pk", 1)),
    "runs:candidate": Row(right=SEE, arguments=("run.pk", 1)),
    "runs:blame": Row(right=SEE, arguments=("run.pk", 1)),
    "runs:samples-axes": Row(right=SEE, arguments=("run.pk",)),
    "runs:samples-block": Row(right=SEE, arguments=("run.pk",), data={"split": "validation"}),
    "runs:cell": Row(right=SEE, arguments=("run.pk", "validation", 1, 1)),
    "runs:export": Row(right=SEE, arguments=("run.pk", 1, "variables")),
    "runs:stop": Row(right=EDIT, arguments=("run.pk",), post=True),
    "runs:delete": Row(right=EDIT, arguments=("run.pk",), post=True),
    "runs:continue": Row(right=EDIT, arguments=("run.pk",), post=True),
    "runs:pause": Row(right=EDIT, arguments=("run.pk",), post=True),
    "runs:unpause": Row(right=EDIT, arguments=("run.pk",), post=True),
    "runs:finish": Row(right=EDIT, arguments=("run.pk",), post=True),
    "runs:extend": Row(right=EDIT, arguments=("run.pk",), post=True),
    "runs:go-on": Row(right=EDIT, arguments=("run.pk",), post=True),
    "runs:note": Row(right=EDIT, arguments=("run.pk",), post=True),
    "runs:pin": Row(right=EDIT, arguments=("run.pk", 1), post=True),
    "runs:unpin": Row(right=EDIT, arguments=("run.pk", 1), post=True),
    "runs:ban": Row(right=EDIT, arguments=("run.pk", 1), post=True),
    "runs:vary": Row(right=EDIT, arguments=("run.pk", 1), post=True),
    "runs:launch": Row(right=EDIT, post=True, data=HERE),
    "runs:estimate": Row(right=EDIT, post=True, data=HERE),
    "runs:example": Row(right=EDIT, post=True, data=HERE),
    "moving:import": Row(right=EDIT, post=True, data=HERE),
    "moving:download": Row(right=OWN, arguments=("run.pk",)),
    "releases:put-up": Row(right=EDIT, arguments=("run.pk", 1), post=True),
    "releases:program": Row(right=SEE, arguments=("program.pk",)),
    "releases:changes": Row(right=SEE, arguments=("program.pk",), data={"from": "1", "to": "1"}),
    "releases:make-token": Row(right=EDIT, arguments=("program.pk",), post=True, data={"name": "staging"}),
    "releases:revoke-token": Row(right=EDIT, arguments=("program.pk", "token.pk"), post=True),
    "releases:detail": Row(right=SEE, arguments=("release.pk",)),
    "releases:try-again": Row(right=EDIT, arguments=("release.pk",), post=True),
    "releases:decide": Row(
        right=REVIEW, arguments=("release.pk",), post=True, data={"verdict": "declined", "comment": "Too long"}
    ),
    "releases:make-current": Row(right=REVIEW, arguments=("release.pk",), post=True),
    "releases:file": Row(right=SEE, arguments=("release.pk", "prompt")),
    "releases:report": Row(right=SEE, arguments=("release.pk",)),
    "reviews:list": Row(right=None),
    "reviews:detail": Row(right=SEE, arguments=("review.pk",)),
    "reviews:decide": Row(right=REVIEW, arguments=("review.pk",), post=True, data={"verdict": "approved"}),
    "reviews:compare": Row(right=REVIEW, arguments=("review.pk",)),
    "reviews:edit": Row(right=REVIEW, arguments=("review.pk",), post=True),
    "reviews:answer": Row(right=EDIT, arguments=("review.pk",), post=True),
    "reviews:leave-out": Row(right=REVIEW, arguments=("run.pk",), post=True),
    "spending:spend": Row(right=SEE, data=HERE),
    "spending:export": Row(right=SEE, data=HERE),
    "spending:prices": Row(right=OWN, arguments=("project.pk",), post=True, data={"model": "a/b", "read": "1"}),
    "spending:forget-price": Row(right=OWN, arguments=("project.pk", "price.pk"), post=True),
    "keys:list": Row(
        right=OWN, arguments=("project.pk",), post=True, data={"provider": "openai", "key": "sk-of-nobody"}
    ),
    "keys:test": Row(right=OWN, arguments=("project.pk", "key.pk"), post=True),
    "keys:remove": Row(right=OWN, arguments=("project.pk", "key.pk"), post=True),
    "projects:create": Row(right=None, post=True),
    "projects:detail": Row(right=SEE, arguments=("project.pk",)),
    "projects:switch": Row(right=SEE, arguments=("project.pk",), post=True),
    "projects:leave": Row(right=SEE, arguments=("project.pk",), post=True),
    "projects:rename": Row(right=OWN, arguments=("project.pk",), post=True, data={"name": "Another"}),
    "projects:delete": Row(right=OWN, arguments=("project.pk",), post=True),
    "projects:change-role": Row(right=OWN, arguments=("project.pk", "member.pk"), post=True, data={"role": "viewer"}),
    "projects:remove": Row(right=OWN, arguments=("project.pk", "member.pk"), post=True),
    "projects:invite": Row(right=OWN, arguments=("project.pk",), post=True),
    "projects:withdraw": Row(right=OWN, arguments=("project.pk", "invitation.pk"), post=True),
    "audit:log": Row(right=SEE, arguments=("project.pk",)),
    "audit:export": Row(right=OWN, arguments=("project.pk", "csv")),
}
#: For people who are not signed in; what these do has tests of its own.
PUBLIC = {"accounts:sign-in", "projects:join", "api-current"}


def names(patterns: list[Any], space: str = "") -> Iterator[str]:
    """The names of all addresses but the admin's."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            yield from names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


def ask(client: Client, world: World, name: str) -> int:
    """Use an address, and undo what that did."""
    row = TABLE[name]
    arguments = [world.place(each) if isinstance(each, str) and "." in each else each for each in row.arguments]
    data = {key: world.place(value) if "." in value else value for key, value in row.data.items()}
    address = reverse(name, args=arguments)
    with transaction.atomic():
        answer = client.post(address, data) if row.post else client.get(address, data)
        transaction.set_rollback(True)
    if answer.status_code == 302 and answer["Location"].startswith(reverse("accounts:sign-in")):
        return 401
    return answer.status_code


def test_every_address_is_in_the_table() -> None:
    assert {*TABLE, *PUBLIC} == set(names(get_resolver().url_patterns))


@pytest.mark.parametrize("name", TABLE)
def test_who_may_use_it(shared_world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omegaweb.engine.launcher.launcher.fill", lambda: None)
    right = TABLE[name].right
    bob, charlie = signed_in(shared_world.bob), signed_in(shared_world.charlie)
    assert ask(Client(), shared_world, name) == 401
    if right is None:
        assert ask(charlie, shared_world, name) not in (REFUSED, UNKNOWN)
        return
    assert ask(charlie, shared_world, name) == UNKNOWN
    for role in ALLOWED:
        join(shared_world.project, shared_world.bob, role)
        answer = ask(bob, shared_world, name)
        assert (answer == REFUSED) == (not ALLOWED[role][right]), f"{role} gets {answer}"
        assert answer not in (UNKNOWN, 405), f"{role} gets {answer}"


ASK: dict[Right, Callable[..., bool]] = {
    SEE: lambda user, thing: may(user, SEE, thing),
    REVIEW: can_review,
    EDIT: can_edit,
    OWN: can_own,
}


@pytest.mark.parametrize("role", ALLOWED)
def test_functions_and_querysets_agree(shared_world: World, role: Role) -> None:
    world, bob, charlie = shared_world, shared_world.bob, shared_world.charlie
    join(world.project, bob, role)
    for thing in (world.project, world.dataset, world.program, world.run, world.review, world.review.candidate):
        assert {right: asks(bob, thing) for right, asks in ASK.items()} == ALLOWED[role]
        assert not any(asks(person, thing) for asks in ASK.values() for person in (charlie, AnonymousUser()))
    for model in (Dataset, Program, Run, Review):
        rows = model.objects.all()
        narrowed = {SEE: rows.visible_to, REVIEW: rows.reviewable_by, EDIT: rows.editable_by}
        for right, narrow in narrowed.items():
            assert narrow(bob).exists() == ALLOWED[role][right]
            assert not narrow(charlie).exists()
            assert not narrow(AnonymousUser()).exists()
