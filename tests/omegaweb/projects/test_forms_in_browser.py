"""The forms of something new, which name the project where there are several."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from omegaweb.accounts.models import User
from omegaweb.projects.services import create_project
from tests.factories_runs import make_program, make_version


@pytest.mark.parametrize("name", ["runs:launch", "programs:create"])
def test_the_named_project_does_not_push_the_fields_into_the_aside(alice_page: Page, alice: User, name: str):
    version, program = make_version(alice), make_program(alice)
    create_project(user=alice, name="Second")
    page = alice_page
    page.goto(f"{reverse(name)}?program={program.pk}&dataset={version.dataset.pk}")

    assert page.get_by_text("In the project “").is_visible()
    fields, aside = page.locator(".with-aside > .stack:not(aside)"), page.locator(".with-aside > aside")
    beside, width = aside.bounding_box(), fields.bounding_box()
    assert beside
    assert width
    assert width["width"] > 2 * beside["width"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
