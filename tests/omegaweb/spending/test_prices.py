"""Owners set what a model costs; it counts in estimates and in calls, and unknown prices are said plainly."""

from __future__ import annotations

import pytest
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.audit.models import AuditEntry
from omegaweb.engine.own_prices import prices_of
from omegaweb.engine.providers import price_of
from omegaweb.projects.models import Project
from omegaweb.spending.models import ModelPrice
from optimizer_core.models.prices import usage_of
from tests import factories
from tests.factories_runs import make_run

UNLISTED, LISTED = "someone/unheard-of", "openai/gpt-4o-mini"


@pytest.fixture
def project(alice: User) -> Project:
    return factories.project_of(alice)


def address(project: Project) -> str:
    return f"/projects/{project.pk}/prices/"


def test_a_price_set_counts_in_estimates_and_calls_of_its_project_only(
    project: Project, alice_client: Client, bob: User
) -> None:
    posted = {"model": UNLISTED, "read": "2", "written": "8"}
    assert alice_client.post(address(project), posted).status_code == 302
    with prices_of(project):
        price = price_of(UNLISTED)
        used = usage_of(UNLISTED, prompt_tokens=1_000_000, completion_tokens=500_000)
    assert price is not None
    assert (price.read, price.written) == (2e-6, 8e-6)
    assert (used.cost, used.unpriced_calls) == (6.0, 0)
    with prices_of(factories.project_of(bob)):
        assert price_of(UNLISTED) is None
        assert usage_of(UNLISTED, prompt_tokens=1, completion_tokens=1).unpriced_calls == 1
    assert AuditEntry.objects.get(action="price.set").target_name == UNLISTED


def test_a_price_set_counts_instead_of_the_list_and_can_be_forgotten(project: Project, alice_client: Client) -> None:
    alice_client.post(address(project), {"model": LISTED, "read": "0"})
    with prices_of(project):
        assert usage_of(LISTED, prompt_tokens=1000, completion_tokens=1000, cost=5.0).cost == 0
    price = ModelPrice.objects.get()
    alice_client.post(f"{address(project)}{price.pk}/forget/")
    assert not ModelPrice.objects.exists()
    with prices_of(project):
        assert usage_of(LISTED, prompt_tokens=1000, completion_tokens=1000).cost > 0


def test_the_page_says_which_models_have_no_price(alice: User, project: Project, alice_client: Client) -> None:
    make_run(alice, configuration={"models": {"task": UNLISTED}})
    page = alice_client.get(address(project)).content.decode()
    assert page.index("unknown price") > page.index(UNLISTED)
    assert "Set price" in page


def test_a_model_on_a_server_of_ones_own_is_no_alarm_and_can_be_called_free(
    alice: User, project: Project, alice_client: Client
) -> None:
    make_run(alice, configuration={"models": {"task": UNLISTED, "api_base": "http://localhost:8000/v1"}})
    page = alice_client.get(address(project)).content.decode()
    assert "your own server" in page
    assert "not listed" not in page
    assert "It is free" in page

    alice_client.post(address(project), {"model": UNLISTED, "read": "0"})
    with prices_of(project):
        assert usage_of(UNLISTED, prompt_tokens=9, completion_tokens=9).unpriced_calls == 0
    assert "It is free" not in alice_client.get(address(project)).content.decode()


@pytest.mark.parametrize("wrong", [{"read": "-1"}, {"read": "cheap"}, {"model": ""}])
def test_a_wrong_price_is_refused_with_a_reason(project: Project, alice_client: Client, wrong: dict[str, str]) -> None:
    answer = alice_client.post(address(project), {"model": UNLISTED, "read": "1", **wrong})
    assert answer.status_code == 422
    assert 'class="errorlist' in answer.content.decode()
    assert not ModelPrice.objects.exists()


def test_others_neither_see_nor_set_prices(project: Project, charlie_client: Client) -> None:
    assert charlie_client.get(address(project)).status_code == 404
    assert charlie_client.post(address(project), {"model": UNLISTED, "read": "1"}).status_code == 404
    assert Client().get(address(project)).status_code == 302
