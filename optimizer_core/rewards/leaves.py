"""The leaves of a JSON object: every text, number, truth value or null in it, by path."""

from __future__ import annotations

from typing import Any


def leaves(value: Any) -> dict[str, Any]:
    """Return path → leaf, ``{"items[0].name": "a"}``, in the order of the object; an empty list or object is a leaf."""
    found: dict[str, Any] = {}
    if isinstance(value, dict):
        for name, item in value.items():
            _collect(item, name, found)
    else:
        _collect(value, "", found)
    return found


def leaf_text(leaf: Any) -> str:
    """Return a leaf as the text to embed or tokenize; null gives none."""
    return "" if leaf is None else leaf if isinstance(leaf, str) else str(leaf)


def _collect(value: Any, path: str, found: dict[str, Any]) -> None:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            _collect(item, f"{path}.{name}" if path else name, found)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            _collect(item, f"{path}[{index}]", found)
    else:
        found[path] = value
