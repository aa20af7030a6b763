"""Texts as PostgreSQL takes them: a model may write a NUL or half of a character, which SQLite keeps."""

from __future__ import annotations

import json
import re
from typing import Any

#: A NUL in JSON, which is no NUL where the backslash before it is itself escaped.
_NUL_IN_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def without_nul(text: str) -> str:
    return text.replace("\x00", "") if "\x00" in text else text


def json_text(value: Any, encoder: type[json.JSONEncoder] | None) -> str:
    """Return a value as JSON, without NUL and with � for half of a character."""
    text = json.dumps(value, cls=encoder, ensure_ascii=False)
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _NUL_IN_JSON.sub(r"\1", text) if "\\u0000" in text else text
