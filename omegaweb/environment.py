"""Reads the OMEGAWEB_* environment variables that override the settings."""

from __future__ import annotations

import os

PREFIX = "OMEGAWEB_"
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


def text(name: str, default: str) -> str:
    """Return OMEGAWEB_<name>, or the default when it is not set."""
    return os.environ.get(PREFIX + name, default)


def flag(name: str, default: bool) -> bool:
    """Return OMEGAWEB_<name> as a yes or no.

    Raises:
        ValueError: if the value is neither a known yes nor a known no.
    """
    raw = os.environ.get(PREFIX + name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError(f"{PREFIX}{name}={raw!r} is neither yes nor no: write 1 or 0")


def number(name: str, default: int) -> int:
    """Return OMEGAWEB_<name> as a whole number.

    Raises:
        ValueError: if the value is not a whole number.
    """
    raw = os.environ.get(PREFIX + name)
    if raw is None:
        return default
    try:
        return int(raw)
    except ValueError:
        raise ValueError(f"{PREFIX}{name}={raw!r} is not a whole number") from None


def words(name: str, default: str) -> list[str]:
    """Return OMEGAWEB_<name>, a list separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
