"""Placeholders: `{{column}}` in an instruction names an input field."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def placeholder(name: str) -> str:
    """Return how an instruction names the field."""
    return "{{" + name + "}}"


def named_in(text: str) -> list[str]:
    """Return the names between double braces, each once, in order."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def unknown_in(text: str, known: Iterable[str]) -> list[str]:
    """Return the names in `text` that are none of the known fields."""
    fields = set(known)
    return [name for name in named_in(text) if name not in fields]
