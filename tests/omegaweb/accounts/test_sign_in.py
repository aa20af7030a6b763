"""Signing in."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from tests.people import PASSWORD

URL = reverse("accounts:sign-in")


def test_name_and_password_open_the_site(client: Client, alice: User):
    response = client.post(URL, {"username": "alice", "password": PASSWORD}, follow=True)

    assert response.redirect_chain == [(reverse("home"), 302)]
    assert response.context["user"] == alice


def test_it_leads_back_to_where_one_wanted_to_go(client: Client, alice: User):
    wanted = reverse("datasets:list")
    asked = client.get(wanted)
    assert asked["Location"] == f"{URL}?next={wanted}"

    response = client.post(asked["Location"], {"username": "alice", "password": PASSWORD, "next": wanted})

    assert response["Location"] == wanted


def test_it_never_leads_to_another_site(client: Client, alice: User):
    data = {"username": "alice", "password": PASSWORD, "next": "https://elsewhere.example/"}

    assert client.post(URL, data)["Location"] == reverse("home")


def test_a_wrong_password_is_explained(client: Client, alice: User):
    response = client.post(URL, {"username": "alice", "password": "wrong"})

    assert "No account has this name and password" in response.content.decode()
    assert "_auth_user_id" not in client.session


def attempts(client: Client, count: int, *, name: str = "alice") -> Any:
    for _ in range(count):
        response = client.post(URL, {"username": name, "password": "wrong"})
    return response


def test_whoever_guesses_has_to_wait(client: Client, alice: User):
    assert attempts(client, 9).status_code == 200
    locked = attempts(client, 1)
    assert locked.status_code == 429
    assert "wrong 10 times" in locked.content.decode()
    assert client.post(URL, {"username": "alice", "password": PASSWORD}).status_code == 429
    assert "_auth_user_id" not in client.session


def test_guessing_shuts_out_neither_other_names_nor_other_addresses(client: Client, alice: User, bob: User):
    attempts(client, 10)
    assert client.post(URL, {"username": "bob", "password": PASSWORD}).status_code == 302
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert elsewhere.post(URL, {"username": "alice", "password": PASSWORD}).status_code == 302


def test_a_few_mistakes_are_forgotten_with_the_right_password(client: Client, alice: User):
    for _ in range(2):
        attempts(client, 9)
        assert client.post(URL, {"username": "alice", "password": PASSWORD}).status_code == 302
        client.logout()


def test_signed_in_people_need_not_sign_in_again(alice_client: Client):
    assert alice_client.get(URL)["Location"] == reverse("home")
