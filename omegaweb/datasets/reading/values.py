"""Makes values safe to keep: any database and any page can hold what leaves this module."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable
from typing import Any

DEPTH_LIMIT = 40
# PostgreSQL cannot store NUL in text or JSON, and UTF-8 has no half surrogates.
HALF_SURROGATES_AND_NUL = re.compile("[\0\ud800-\udfff]")
REPLACEMENT = "\ufffd"


class Unstorable(ValueError):
    """A value that JSON cannot hold; the reader adds row and column to the message."""


def clean(value: Any, depth: int = 0) -> Any:
    """Return the value as JSON can hold it.

    Raises:
        Unstorable: if the value is nested too deeply or is not a finite number.
    """
    if isinstance(value, str):
        return clean_text(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return _clean_number(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return str(value)
    if depth >= DEPTH_LIMIT:
        raise Unstorable(f"is nested more than {DEPTH_LIMIT} levels deep")
    if isinstance(value, dict):
        return {clean_text(key): clean(item, depth + 1) for key, item in value.items()}
    return [clean(item, depth + 1) for item in value]


def clean_text(text: str) -> str:
    """Return the text with NUL characters and half surrogates replaced."""
    if text.isascii() and "\0" not in text:
        return text
    return HALF_SURROGATES_AND_NUL.sub(REPLACEMENT, text)


def is_blank(value: Any) -> bool:
    """Tell whether a cell holds nothing: absent, empty, or only white space."""
    return value is None or (isinstance(value, str) and not value.strip())


def is_blank_row(cells: Iterable[Any]) -> bool:
    """Tell whether all cells of a row hold nothing."""
    return all(is_blank(cell) for cell in cells)


def _clean_number(value: float) -> float | int:
    if not math.isfinite(value):
        raise Unstorable("is not a finite number")
    # Spreadsheets keep every number as a float: 3 comes as 3.0.
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
