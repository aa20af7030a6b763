"""JSON as this library passes it around, and its canonical text."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from functools import cache
from typing import Any, TypeAlias

#: A JSON object. ``Any`` ends here: whoever reads a member narrows it.
JsonObject: TypeAlias = dict[str, Any]

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(value: Any) -> str:
    """Return the one text that equal JSON values share: sorted keys, no spaces, no NaN."""
    return _CANONICAL.encode(value)


def content_hash(value: Any, *, length: int = 12) -> str:
    """Return the first ``length`` hexadecimal digits of the SHA-256 of the canonical text."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:length]


def storable(value: Any) -> Any:
    """Return a JSON value whose texts any database and encoder takes.

    Models now and then write half of a surrogate pair or a NUL, which JSON allows and UTF-8 or PostgreSQL refuse: the
    half becomes U+FFFD, the NUL goes.
    """
    if isinstance(value, str):
        if value.isascii() and "\x00" not in value:
            return value
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value


def fields_to_json(record: Any) -> JsonObject:
    """Return the fields of a dataclass whose values are JSON already; they are shared, not copied."""
    kind: Any = type(record)
    return {name: getattr(record, name) for name in _field_names(kind)}


@cache
def _field_names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))
