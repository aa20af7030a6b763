"""A refused form leaves its own address in the browser's bar: opened again, it leads to the page it belongs to."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.projects.models import Role
from tests.people import join, signed_in
from tests.worlds import World

pytestmark = pytest.mark.django_db

#: Where the form is sent, what it is about, and the page it stands on.
FORMS = [
    ("datasets:split", "dataset.pk", "datasets:detail"),
    ("projects:invite", "project.pk", "projects:detail"),
    ("projects:rename", "project.pk", "projects:detail"),
    ("releases:decide", "release.pk", "releases:detail"),
    ("releases:make-token", "program.pk", "releases:program"),
    ("reviews:decide", "review.pk", "reviews:detail"),
]


@pytest.mark.parametrize(("form", "thing", "page"), FORMS)
def test_the_address_of_a_form_leads_to_its_page(shared_world: World, form: str, thing: str, page: str) -> None:
    address, expected = (reverse(name, args=[shared_world.place(thing)]) for name in (form, page))
    join(shared_world.project, shared_world.bob, Role.OWNER)
    bob, charlie = signed_in(shared_world.bob), signed_in(shared_world.charlie)

    response = bob.get(address, {"verdict": "approved"})
    assert (response.status_code, response["Location"]) == (302, expected)
    assert charlie.get(address).status_code == 404
    assert Client().get(address)["Location"].startswith(reverse("accounts:sign-in"))
