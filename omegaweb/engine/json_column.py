"""JSON as a column of the database takes it, in a fraction of the time that Python's own encoder needs."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from pydantic_core import to_json

from optimizer_core.json_values import storable


def json_bytes(value: Any) -> bytes:
    """Return a JSON value as UTF-8."""
    try:
        return to_json(value, inf_nan_mode="constants")
    except ValueError:  # half of a surrogate pair, which is none; Python escapes it
        return json.dumps(value).encode()


def json_text(value: Any) -> str:
    """Likewise as text."""
    return json_bytes(value).decode()


def json_column(value: Any) -> Any:
    """Return a JSON value as a column takes it."""
    operations = _operations()
    if operations.connection.vendor == "sqlite":
        return json_text(value)
    return operations.adapt_json_value(value, None)


def text_column(text: str) -> Any:
    """Return what is JSON already as a column takes it, without what no database and encoder takes."""
    if "\\u" in text or not (text.isascii() or _is_utf_8(text)):  # JSON writes all that may need mending so
        return json_column(storable(json.loads(text)))
    operations = _operations()
    return text if operations.connection.vendor == "sqlite" else operations.adapt_json_value(json.loads(text), None)


def _is_utf_8(text: str) -> bool:
    """Tell whether no half of a surrogate pair is in a text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@cache
def _operations() -> BaseDatabaseOperations:
    """Return who knows how values are encoded; each task of a loop would make a connection to ask its own."""
    return connection.ops
