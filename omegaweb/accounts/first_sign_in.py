"""Makes the first account, and keeps its password in a private file until it is changed."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from django.conf import settings

from omegaweb.accounts.models import User

USERNAME = "admin"


def file() -> Path:
    """Return where the password waits for its first use."""
    return Path(settings.DATA_DIR) / "first-sign-in.txt"


def create_if_nobody() -> None:
    """Create an account with a random password, unless there is one already."""
    if User.objects.exists():
        return
    password = secrets.token_urlsafe(9)
    User.objects.create_superuser(username=USERNAME, password=password)
    handle = os.open(file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        json.dump({"username": USERNAME, "password": password}, target)


def remembered() -> tuple[str, str] | None:
    """Return the name and password of the first account while its password is unchanged."""
    if not file().exists():
        return None
    content = json.loads(file().read_text(encoding="utf-8"))
    return content["username"], content["password"]


def forget(username: str) -> None:
    """Delete the kept password once its owner has chosen another."""
    kept = remembered()
    if kept is not None and kept[0] == username:
        file().unlink()
