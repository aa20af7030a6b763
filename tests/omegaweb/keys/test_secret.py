"""How keys are encrypted, and what becomes of them when the secret changes."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from omegaweb.accounts.models import User
from omegaweb.keys import secret
from omegaweb.keys.models import ProviderKey
from omegaweb.keys.services import set_key
from tests import factories

KEY = "sk-secret-0123456789-wxyz"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder without any secret yet."""
    settings.DATA_DIR = tmp_path
    monkeypatch.delenv("OMEGAWEB_KEYS_SECRET", raising=False)
    return tmp_path


def keep(user: User, provider: str = "openai") -> ProviderKey:
    return set_key(project=factories.project_of(user), user=user, provider=provider, address="", key=KEY)


def test_a_text_comes_back_and_the_secret_is_private(folder: Path) -> None:
    token = secret.encrypted(KEY)

    assert KEY not in token
    assert secret.decrypted(token) == KEY
    file = folder / "provider-keys-secret.txt"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_another_secret_reads_nothing(folder: Path) -> None:
    token = secret.encrypted(KEY)
    (folder / "provider-keys-secret.txt").unlink()

    assert secret.decrypted(token) is None
    assert secret.encrypted_anew(token) is None


def test_the_environments_secret_counts_and_may_be_several(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    monkeypatch.setenv("OMEGAWEB_KEYS_SECRET", old)
    token = secret.encrypted(KEY)
    monkeypatch.setenv("OMEGAWEB_KEYS_SECRET", f"{new},{old}")

    assert secret.decrypted(token) == KEY
    anew = secret.encrypted_anew(token)
    monkeypatch.setenv("OMEGAWEB_KEYS_SECRET", new)
    assert anew is not None
    assert secret.decrypted(anew) == KEY
    assert secret.decrypted(token) is None
    assert not list(folder.iterdir())


def test_a_secret_that_is_none_says_how_to_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMEGAWEB_KEYS_SECRET", "too short")
    with pytest.raises(ValueError, match="generate_key"):
        secret.encrypted(KEY)


@pytest.mark.django_db
def test_the_command_changes_the_secret(alice: User, bob: User, folder: Path) -> None:
    rows = [keep(alice), keep(bob)]
    before = (folder / "provider-keys-secret.txt").read_text()
    call_command("rotate_keys_secret", verbosity=0)

    after = (folder / "provider-keys-secret.txt").read_text().split()
    assert len(after) == 1
    assert after != [before]
    for row in rows:
        row.refresh_from_db()
        assert secret.decrypted(row.encrypted) == KEY


@pytest.mark.django_db
def test_where_a_key_cannot_be_read_the_older_secrets_stay(alice: User, bob: User, folder: Path) -> None:
    row = keep(alice)
    ProviderKey.objects.create(project=factories.project_of(bob), provider="openai", encrypted="gAAAA")
    with pytest.raises(CommandError, match="1 cannot be read"):
        call_command("rotate_keys_secret")

    assert len((folder / "provider-keys-secret.txt").read_text().split()) == 2
    row.refresh_from_db()
    assert secret.decrypted(row.encrypted) == KEY


@pytest.mark.django_db
def test_with_the_environments_secret_the_command_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMEGAWEB_KEYS_SECRET", Fernet.generate_key().decode())
    with pytest.raises(CommandError, match="--only-encrypt"):
        call_command("rotate_keys_secret")
    call_command("rotate_keys_secret", only_encrypt=True, verbosity=0)
