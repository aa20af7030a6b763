"""Signing out."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

URL = reverse("accounts:sign-out")


def test_the_session_ends(alice_client: Client):
    assert alice_client.post(URL)["Location"] == reverse("accounts:sign-in")
    assert alice_client.get(reverse("home")).status_code == 302


def test_a_link_cannot_sign_out(alice_client: Client):
    assert alice_client.get(URL).status_code == 405
    assert alice_client.get(reverse("home")).status_code == 200
