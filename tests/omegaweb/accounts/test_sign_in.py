"""Signing in."""

from __future__ import annotations

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


def test_signed_in_people_need_not_sign_in_again(alice_client: Client):
    assert alice_client.get(URL)["Location"] == reverse("home")
