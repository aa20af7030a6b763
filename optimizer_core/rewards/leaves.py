"""The leaves of a JSON object: every text, number, truth value or null in it, by path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from optimizer_core.data.schema_problems import path_text


def leaves(value: Any) -> dict[str, Any]:
    """Return path → leaf, ``{"items[0].name": "a"}``, in the order of the object; an empty list or object is a leaf."""
    return {path_text(path): leaf for path, leaf in _walk(value, ())}


def leaf_text(leaf: Any) -> str:
    """Return a leaf as the text to embed or tokenize; null gives none."""
    return "" if leaf is None else leaf if isinstance(leaf, str) else str(leaf)


def _walk(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict) and (value or not path):
        for name, item in value.items():
            yield from _walk(item, (*path, name))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _walk(item, (*path, index))
    else:
        yield path, value
