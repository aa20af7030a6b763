"""JSON values as texts that pages show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One named value as text."""

    name: str
    text: str


def shown_values(values: Mapping[str, Any] | None) -> list[Value]:
    """Return named values as texts; a single text needs no quotes."""
    return [Value(name=name, text=as_text(value)) for name, value in (values or {}).items()]


def as_text(value: Any, *, indent: int | None = None) -> str:
    """Return a text as it is, nothing as an empty text, and anything else as JSON."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=indent)
    # A model can write half of a surrogate pair, which no page can be encoded with.
    return text.encode("utf-8", "replace").decode()
