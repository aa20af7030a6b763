"""Encrypts keys of providers. What encrypts them is never in the database, so a copy of that alone gives nothing away.

It is OMEGAWEB_KEYS_SECRET, or else a file in the data folder that only its owner can read. Both may hold several
secrets, the newest first: that one encrypts, all decrypt, so it can be changed while the site runs.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from omegaweb import environment

NAME = "KEYS_SECRET"


@sensitive_variables("text")
def encrypted(text: str) -> str:
    """Return a text that only this site can read."""
    return _cipher().encrypt(text.encode()).decode("ascii")


def decrypted(token: str) -> str | None:
    """Return the text again; None where the secret that encrypted it is gone."""
    try:
        return _cipher().decrypt(token.encode("ascii")).decode()
    except InvalidToken:
        return None


def encrypted_anew(token: str) -> str | None:
    """Return the text encrypted with the newest secret; None where the one that encrypted it is gone."""
    try:
        return _cipher().rotate(token.encode("ascii")).decode("ascii")
    except InvalidToken:
        return None


def add_secret() -> None:
    """Put a new secret before the others of the file.

    Raises:
        ValueError: the secrets come from the environment, where only people can change them.
    """
    if environment.words(NAME, ""):
        raise ValueError(
            "The secret comes from OMEGAWEB_KEYS_SECRET: put a new one before it, with a comma between, "
            "restart the site, and run this again with --only-encrypt."
        )
    _write([Fernet.generate_key().decode("ascii"), *_secrets()])


def forget_older() -> None:
    """Keep the newest secret of the file only; what an older one encrypted cannot be read any more."""
    if not environment.words(NAME, ""):
        _write(_secrets()[:1])


def _cipher() -> MultiFernet:
    try:
        return MultiFernet([Fernet(secret) for secret in _secrets()])
    except ValueError as error:
        raise ValueError(
            "OMEGAWEB_KEYS_SECRET, or provider-keys-secret.txt, must hold 32 bytes in url-safe base64: make one "
            'with `python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"`'
        ) from error


def _secrets() -> list[str]:
    if given := environment.words(NAME, ""):
        return given
    try:
        return _path().read_text(encoding="ascii").split()
    except FileNotFoundError:
        return _first()


def _first() -> list[str]:
    secret = Fernet.generate_key().decode("ascii")
    try:
        handle = os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was faster
        return _path().read_text(encoding="ascii").split()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret)
    return [secret]


def _write(secrets: list[str]) -> None:
    """Replace the file in one step, so that nobody reads half of it."""
    beside = _path().with_suffix(".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write("\n".join(secrets))
    beside.replace(_path())


def _path() -> Path:
    return Path(settings.DATA_DIR) / "provider-keys-secret.txt"
