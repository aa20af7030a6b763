"""Changing the password."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from tests.people import PASSWORD

URL = reverse("accounts:password")
NEW = "a-much-longer-one-7"


def test_the_new_password_counts_and_the_session_lives_on(alice_client: Client, alice: User):
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}

    response = alice_client.post(URL, data, follow=True)

    assert "Your password was changed." in response.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(NEW)


def test_a_mistake_is_told_at_its_field(alice_client: Client, alice: User):
    data = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}

    response = alice_client.post(URL, data)

    assert response.status_code == 422
    assert "old_password" in response.context["form"].errors
    assert 'aria-describedby="id_old_password_error"' in response.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_signed_out_people_are_sent_to_sign_in(client: Client, db: None):
    assert client.get(URL)["Location"].startswith(reverse("accounts:sign-in"))
