"""`manage.py first_account`."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from omegaweb.accounts import first_sign_in
from omegaweb.accounts.models import User

NEW = "a-much-longer-one-7"


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def said() -> str:
    output = io.StringIO()
    call_command("first_account", stdout=output)
    return output.getvalue()


def test_an_empty_site_gets_an_account_and_says_how_to_sign_in(db: None, client: Client):
    output = said()

    kept = first_sign_in.remembered()
    assert kept is not None
    name, password = kept
    assert name in output
    assert password in output
    assert "http://127.0.0.1:8000/" in output
    client.post(reverse("accounts:sign-in"), {"username": name, "password": password})
    assert "_auth_user_id" in client.session


def test_only_the_owner_can_read_the_kept_password(db: None):
    said()

    assert first_sign_in.file().stat().st_mode & 0o777 == 0o600


def test_it_says_the_same_again_until_the_password_is_changed(db: None, client: Client):
    first = said()
    assert said() == first

    kept = first_sign_in.remembered()
    assert kept is not None
    name, password = kept
    client.post(reverse("accounts:sign-in"), {"username": name, "password": password})
    client.post(reverse("accounts:password"), {"old_password": password, "new_password1": NEW, "new_password2": NEW})

    assert not first_sign_in.file().exists()
    assert password not in said()


def test_another_persons_new_password_changes_nothing(alice: User, db: None):
    first_sign_in.file().write_text('{"username": "admin", "password": "x"}')

    first_sign_in.forget(alice.username)

    assert first_sign_in.file().exists()


def test_a_site_with_accounts_gets_no_more(alice: User):
    said()

    assert list(User.objects.all()) == [alice]
    assert not first_sign_in.file().exists()
