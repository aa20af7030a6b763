"""Every address of the site, and who may use it: a view or a socket that is not in these tables fails here.

Alice owns everything, Bob is in her project with each role in turn, Charlie is an outsider, and somebody is signed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from omegaweb.accounts.models import User
from omegaweb.datasets.models import Dataset
from omegaweb.keys.models import ProviderKey
from omegaweb.programs.models import Program
from omegaweb.projects import invitations
from omegaweb.projects.access import Right, can_edit, can_own, can_review, can_see
from omegaweb.projects.models import Invitation, Membership, Project, Role
from omegaweb.releases.models import ProgramToken, Release
from omegaweb.releases.tokens import make_token
from omegaweb.reviews.models import Review
from omegaweb.runs.configuration import ReviewChoice
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.routing import websocket_urlpatterns
from omegaweb.runs.sockets.base import NOT_FOUND, SIGNED_OUT
from omegaweb.spending.models import ModelPrice
from tests import factories
from tests.factories_runs import make_candidate, make_release, make_review, make_run
from tests.people import join, signed_in
from tests.sockets import Socket

REFUSED, UNKNOWN = 403, 404
#: From the one who may least.
ROLES = (Role.VIEWER, Role.REVIEWER, Role.EDITOR, Role.OWNER)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Alice's things."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One address: which right it takes, and how it is used."""

    right: Right | None  # None: anybody who is signed in, about nobody's things
    arguments: tuple[str | int, ...] = ()
    post: bool = False  # what changes something is tried by POST
    data: dict[str, str] = field(default_factory=dict)  # values may name places, like the arguments


SEE, REVIEW, EDIT, OWN = Right.SEE, Right.REVIEW, Right.EDIT, Right.OWN
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

SOCKETS: dict[str, tuple[str, int | None]] = {
    # Route → its address for Alice's things, and what Charlie gets.
    "ws/me/": ("/ws/me/", None),
    "ws/reviews/": ("/ws/reviews/", None),
    "ws/releases/<int:pk>/": ("/ws/releases/{release.pk}/", NOT_FOUND),
    "ws/reviews/<int:pk>/": ("/ws/reviews/{review.pk}/", NOT_FOUND),
    "ws/projects/<int:project>/runs/": ("/ws/projects/{project.pk}/runs/", NOT_FOUND),
    "ws/runs/compare/": ("/ws/runs/compare/?run={run.pk}", NOT_FOUND),
    "ws/runs/<int:pk>/": ("/ws/runs/{run.pk}/", NOT_FOUND),
    "ws/runs/<int:pk>/candidates/<int:number>/": ("/ws/runs/{run.pk}/candidates/1/", NOT_FOUND),
}


def names(patterns: list[Any], space: str = "") -> Iterator[str]:
    """The names of all addresses but the admin's."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            yield from names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


@pytest.fixture
def world(alice: User, bob: User) -> World:
    run = make_run(alice, configuration={"review": ReviewChoice(asks="every")})
    start = make_candidate(run)
    review = make_review(make_candidate(run, number=1, instruction="Sort: {{text}}", parents=[start]))
    project = factories.project_of(alice)
    invitation, _ = invitations.invite(project=project, user=alice, recipient="dora", role=Role.VIEWER, days=1)
    return World(
        project=project,
        dataset=run.dataset_version.dataset,
        program=run.program,
        run=run,
        review=review,
        invitation=invitation,
        member=join(project, User.objects.create_user("eve"), Role.VIEWER),
        price=ModelPrice.objects.create(project=project, model="someone/priced", read=1),
        release=make_release(start, files={"prompt": {"text": "", "filename": "a.txt", "content_type": "text/plain"}}),
        key=ProviderKey.objects.create(project=project, provider="openai", encrypted="x"),
        token=make_token(run.program, user=alice, name="production")[0],
    )


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


def test_every_socket_is_in_the_table() -> None:
    assert set(SOCKETS) == {str(pattern.pattern) for pattern in websocket_urlpatterns}


@pytest.mark.parametrize("name", TABLE)
def test_who_may_use_it(world: World, bob: User, charlie: User, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omegaweb.engine.launcher.launcher.fill", lambda: None)
    right = TABLE[name].right
    assert ask(Client(), world, name) == 401
    if right is None:
        assert ask(signed_in(charlie), world, name) not in (REFUSED, UNKNOWN)
        return
    assert ask(signed_in(charlie), world, name) == UNKNOWN
    for role in ROLES:
        join(world.project, bob, role)
        answer = ask(signed_in(bob), world, name)
        assert (answer == REFUSED) == (not ALLOWED[role][right]), f"{role} gets {answer}"
        assert answer not in (UNKNOWN, 405), f"{role} gets {answer}"


#: Written out once more, so that a slip in access.py shows.
ALLOWED: dict[Role, dict[Right, bool]] = {
    Role.VIEWER: {SEE: True, REVIEW: False, EDIT: False, OWN: False},
    Role.REVIEWER: {SEE: True, REVIEW: True, EDIT: False, OWN: False},
    Role.EDITOR: {SEE: True, REVIEW: True, EDIT: True, OWN: False},
    Role.OWNER: {SEE: True, REVIEW: True, EDIT: True, OWN: True},
}
ASK: dict[Right, Callable[..., bool]] = {SEE: can_see, REVIEW: can_review, EDIT: can_edit, OWN: can_own}


@pytest.mark.parametrize("role", ROLES)
def test_functions_and_querysets_agree(world: World, bob: User, charlie: User, role: Role) -> None:
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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("route", SOCKETS)
async def test_who_may_have_the_socket(world: World, bob: User, charlie: User, route: str) -> None:
    path, refusal = SOCKETS[route]
    path = path.format(project=world.project, run=world.run, review=world.review, release=world.release)
    assert await Socket(path, None).connect() == SIGNED_OUT
    assert await is_refused(path, charlie) == refusal
    for role in ROLES:
        await sync_to_async(join)(world.project, bob, role)
        assert await is_refused(path, bob) is None


async def is_refused(path: str, person: User) -> int | None:
    socket = Socket(path, await sync_to_async(signed_in)(person))
    code = await socket.connect()
    if code is None:
        await socket.disconnect()
    return code


#: A page, and what it offers to people who may do it: (address, words of the page's source, right).
OFFERS = [
    ("/datasets/{dataset.pk}/", "/datasets/{dataset.pk}/delete/", EDIT),
    ("/datasets/{dataset.pk}/", "/datasets/{dataset.pk}/split/", EDIT),
    ("/datasets/{dataset.pk}/", "/programs/new/", EDIT),
    ("/datasets/", "/datasets/upload/", EDIT),
    ("/programs/", "/programs/new/", EDIT),
    ("/programs/{program.pk}/", "/programs/{program.pk}/edit/", EDIT),
    ("/programs/{program.pk}/", "/programs/{program.pk}/try/", EDIT),
    ("/programs/{program.pk}/", "/runs/launch/", EDIT),
    ("/runs/", "/runs/launch/", EDIT),
    ("/runs/{run.pk}/", "/runs/{run.pk}/stop/", EDIT),
    ("/runs/{run.pk}/", "/runs/{run.pk}/pause/", EDIT),
    ("/runs/{run.pk}/candidates/1/", "/runs/{run.pk}/candidates/1/pin/", EDIT),
    ("/runs/{run.pk}/candidates/1/", "/runs/{run.pk}/candidates/1/ban/", EDIT),
    ("/runs/{run.pk}/candidates/1/", "/runs/{run.pk}/candidates/1/vary/", EDIT),
    ("/runs/{run.pk}/candidates/1/", "/runs/launch/", EDIT),
    ("/runs/{run.pk}/", "/runs/launch/", EDIT),
    ("/runs/{run.pk}/", "Review now", REVIEW),
    ("/runs/{run.pk}/?tab=settings", "/runs/launch/", EDIT),
    ("/runs/{run.pk}/?tab=settings", "Take it elsewhere", OWN),
    ("/runs/", "/runs/import/", EDIT),
    ("/runs/{run.pk}/candidates/1/", "Review it now", REVIEW),
    ("/releases/{release.pk}/", "/releases/{release.pk}/decide/", REVIEW),
    ("/releases/programs/{program.pk}/", "/releases/programs/{program.pk}/tokens/", EDIT),
    ("/reviews/", "/reviews/{review.pk}/", REVIEW),
    ("/reviews/", "/reviews/runs/{run.pk}/leave-out/", REVIEW),
    ("/reviews/{review.pk}/", "/reviews/{review.pk}/decide/", REVIEW),
    ("/projects/{project.pk}/", "/projects/{project.pk}/delete/", OWN),
    ("/projects/{project.pk}/", "/projects/{project.pk}/rename/", OWN),
    ("/projects/{project.pk}/", "/projects/{project.pk}/invitations/", OWN),
    ("/projects/{project.pk}/", "/role/", OWN),
    ("/projects/{project.pk}/", "/projects/{project.pk}/keys/", OWN),
    ("/projects/{project.pk}/audit/", "/audit/export/", OWN),
    ("/projects/{project.pk}/prices/", "/prices/{price.pk}/forget/", OWN),
]


@pytest.mark.parametrize(("page", "offer", "right"), OFFERS)
def test_only_what_a_person_may_do_is_offered(world: World, bob: User, page: str, offer: str, right: Right) -> None:
    if "leave-out" in offer:
        Run.objects.update(state=RunState.WAITING)
    places = {name: getattr(world, name) for name in World.__slots__}
    for role in ROLES:
        join(world.project, bob, role)
        client = signed_in(bob)
        client.post(reverse("projects:switch", args=[world.project.pk]))
        shown = client.get(page.format(**places)).content.decode()
        assert (offer.format(**places) in shown) == ALLOWED[role][right], role
