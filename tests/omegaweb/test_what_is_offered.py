"""Pages offer people only what they may do."""

from __future__ import annotations

import pytest
from django.urls import reverse

from omegaweb.projects.access import Right
from omegaweb.projects.models import Role
from omegaweb.runs.models import Run, RunState
from tests.people import join, signed_in
from tests.worlds import ALLOWED, EDIT, OWN, REVIEW, World

pytestmark = pytest.mark.django_db

#: A page, and what it offers to whom: words of its source, and the right that they take.
OFFERS: dict[str, list[tuple[str, Right]]] = {
    "/datasets/{dataset.pk}/": [
        ("/datasets/{dataset.pk}/delete/", EDIT),
        ("/datasets/{dataset.pk}/split/", EDIT),
        ("/programs/new/", EDIT),
    ],
    "/datasets/": [("/datasets/upload/", EDIT)],
    "/programs/": [("/programs/new/", EDIT)],
    "/programs/{program.pk}/": [
        ("/programs/{program.pk}/edit/", EDIT),
        ("/programs/{program.pk}/try/", EDIT),
        ("/runs/launch/", EDIT),
    ],
    "/runs/": [
        ("/runs/launch/", EDIT),
        ("/runs/import/", EDIT),
    ],
    "/runs/{run.pk}/": [
        ("/runs/{run.pk}/stop/", EDIT),
        ("/runs/{run.pk}/pause/", EDIT),
        ("/runs/launch/", EDIT),
        ("Review now", REVIEW),
    ],
    "/runs/{run.pk}/candidates/1/": [
        ("/runs/{run.pk}/candidates/1/pin/", EDIT),
        ("/runs/{run.pk}/candidates/1/ban/", EDIT),
        ("/runs/{run.pk}/candidates/1/vary/", EDIT),
        ("/runs/launch/", EDIT),
        ("Review it now", REVIEW),
    ],
    "/runs/{run.pk}/?tab=settings": [
        ("/runs/launch/", EDIT),
        ("Take it elsewhere", OWN),
    ],
    "/releases/{release.pk}/": [("/releases/{release.pk}/decide/", REVIEW)],
    "/releases/programs/{program.pk}/": [("/releases/programs/{program.pk}/tokens/", EDIT)],
    "/reviews/": [
        ("/reviews/{review.pk}/", REVIEW),
        ("/reviews/runs/{run.pk}/leave-out/", REVIEW),
    ],
    "/reviews/{review.pk}/": [("/reviews/{review.pk}/decide/", REVIEW)],
    "/projects/{project.pk}/": [
        ("/projects/{project.pk}/delete/", OWN),
        ("/projects/{project.pk}/rename/", OWN),
        ("/projects/{project.pk}/invitations/", OWN),
        ("/role/", OWN),
        ("/projects/{project.pk}/keys/", OWN),
    ],
    "/projects/{project.pk}/audit/": [("/audit/export/", OWN)],
    "/projects/{project.pk}/prices/": [("/prices/{price.pk}/forget/", OWN)],
}


@pytest.mark.parametrize("page", OFFERS)
def test_only_what_a_person_may_do_is_offered(shared_world: World, page: str) -> None:
    if page == "/reviews/":
        Run.objects.update(state=RunState.WAITING)
    places = {name: getattr(shared_world, name) for name in World.__slots__}
    offers = {words.format(**places): right for words, right in OFFERS[page]}
    join(shared_world.project, shared_world.bob, Role.VIEWER)
    client = signed_in(shared_world.bob)
    client.post(reverse("projects:switch", args=[shared_world.project.pk]))
    for role in ALLOWED:
        join(shared_world.project, shared_world.bob, role)
        shown = client.get(page.format(**places)).content.decode()
        assert {offer for offer in offers if offer in shown} == {
            offer for offer, right in offers.items() if ALLOWED[role][right]
        }, role
