"""The estimate beside the launch button."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.datasets.models import DatasetVersion
from omegaweb.programs.models import Program
from omegaweb.projects.models import Role
from tests.factories import project_of
from tests.factories_runs import make_program, make_version
from tests.omegaweb.runs.launch_data import launch_data
from tests.people import join, signed_in

URL = reverse("runs:estimate")


def page(client: Client, user: User, **changes) -> str:
    data = launch_data(make_version(user), make_program(user), **changes)
    return client.post(URL, data).content.decode()


def test_it_shows_calls_money_and_time(alice_client: Client, alice: User):
    text = page(alice_client, alice)

    assert "proposal" in text
    assert "Free" in text
    assert "less than a minute" in text


def test_it_warns_of_a_budget_that_buys_next_to_nothing(alice_client: Client, alice: User):
    assert "This buys no proposal" in page(alice_client, alice, budget_calls="10")


def test_it_warns_of_splits_too_small_to_tell(alice_client: Client, alice: User):
    text = page(alice_client, alice)

    assert "Validation has 4 rows and test has 4 rows" in text


def test_it_says_when_a_price_is_unknown(alice_client: Client, alice: User, monkeypatch: pytest.MonkeyPatch):
    text = page(alice_client, alice, task_model="other", task_typed="someone/unheard-of")

    assert "Price unknown of someone/unheard-of" in text


@pytest.mark.parametrize(
    ("api_base", "said"), [("http://127.0.0.1:8000/v1", "a server of your own"), ("https://models.org/v1", "Price unk")]
)
def test_a_model_on_ones_own_server_is_not_reckoned_rather_than_unknown(alice_client, alice, api_base, said):
    text = page(alice_client, alice, task_model="other", task_typed="openai/mine", api_base=api_base)

    assert said in text
    assert "set" in text.split("#set-price")[1]


def test_the_link_to_set_a_price_leaves_the_form_where_it_is_and_is_for_owners(
    alice_client: Client, alice: User, bob: User
):
    join(project_of(alice), bob, Role.EDITOR)
    typed = {"task_model": "other", "task_typed": "someone/unheard-of"}

    link = page(alice_client, alice, **typed).split("#set-price")[1].split("</a>")[0]
    assert 'target="_blank"' in link
    assert "in a new tab" in link
    data = launch_data(DatasetVersion.objects.get(), Program.objects.get(), project=project_of(alice).pk, **typed)
    text = signed_in(bob).post(URL, data).content.decode()
    assert "Price unknown of someone/unheard-of" in text
    assert "#set-price" not in text


def test_a_listed_price_is_used_without_a_key(alice_client: Client, alice: User):
    assert "less than $0.01" in page(alice_client, alice, task_model="openai/gpt-4o-mini")


def test_an_unfinished_form_gets_a_hint_instead(alice_client: Client, alice: User):
    assert "Once dataset, program" in page(alice_client, alice, epochs="x")


def test_others_things_are_not_estimated(charlie_client: Client, alice: User):
    assert "Once dataset, program" in page(charlie_client, alice)


def test_signed_out_people_are_sent_to_sign_in(client: Client, db: None):
    assert client.post(URL)["Location"].startswith(reverse("accounts:sign-in"))
