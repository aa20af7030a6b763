"""JSON as a column of the database takes it, in a fraction of the time that Python's own encoder needs."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection
from pydantic_core import to_json


def json_column(value: Any) -> Any:
    """Return a JSON value as a column takes it."""
    if _is_text():
        try:
            return to_json(value, inf_nan_mode="constants").decode()
        except ValueError:  # half of a surrogate pair, which is no UTF-8; Python escapes it
            pass
    return connection.ops.adapt_json_value(value, None)


@cache
def _is_text() -> bool:
    return connection.vendor == "sqlite"
