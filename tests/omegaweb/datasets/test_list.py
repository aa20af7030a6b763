"""The list of datasets."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from omegaweb.accounts.models import User
from tests import factories

URL = reverse("datasets:list")


def test_it_says_how_to_begin_when_there_is_none(alice_client: Client):
    page = alice_client.get(URL).content.decode()

    assert "No datasets yet" in page
    assert reverse("datasets:upload") in page


def test_it_shows_names_states_and_splits(alice_client: Client, alice: User):
    factories.version(alice)
    factories.dataset(alice, "a,b\n", "broken.csv")
    factories.dataset(alice, filename="fresh.csv")

    page = alice_client.get(URL).content.decode()

    assert "ticket → label" in page
    assert "30 / 15 / 15" in page
    assert "Could not be read" in page
    assert "Choose columns" in page


def test_the_number_of_queries_does_not_grow(
    alice_client: Client, alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
):
    for _ in range(4):
        factories.version(alice)

    with django_assert_max_num_queries(8):
        alice_client.get(URL)


def test_others_see_nothing_of_it(charlie_client: Client, alice: User):
    factories.dataset(alice, filename="secret.csv")

    assert "secret" not in charlie_client.get(URL).content.decode()


def test_signed_out_people_are_sent_to_sign_in(client: Client, db: None):
    assert client.get(URL)["Location"].startswith(reverse("accounts:sign-in"))
