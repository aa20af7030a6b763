"""Checks of optimizer settings, made at construction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer_core.errors import ConfigurationError


def check_at_least(name: str, value: Any, least: int) -> int:
    """Return a whole number of ``least`` or more.

    Raises:
        ConfigurationError: it is something else.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ConfigurationError(f"{name}={value!r} must be a whole number of {least} or more")
    return value


def check_text(name: str, value: Any) -> str:
    """Return a text; the empty one for None.

    Raises:
        ConfigurationError: it is something else.
    """
    if value is not None and not isinstance(value, str):
        raise ConfigurationError(f"{name}={value!r} must be a text, or left out")
    return value or ""


def check_choice(name: str, value: Any, choices: Sequence[str]) -> str:
    """Return one of the choices.

    Raises:
        ConfigurationError: it is something else.
    """
    if value not in choices:
        raise ConfigurationError(f"{name}={value!r} must be one of {', '.join(choices)}")
    return str(value)
