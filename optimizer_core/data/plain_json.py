"""Rows as people hand them over, made plain JSON: what numpy and ``json.loads`` let through ends no run later."""

from __future__ import annotations

from typing import Any

from optimizer_core.data.schema_check import is_json
from optimizer_core.data.schema_problems import path_text
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject, storable


def plain_json(value: JsonObject) -> JsonObject:
    """Return an object with storable texts, numbers for numpy's scalars and lists for tuples.

    Raises:
        ConfigurationError: a value in it is nothing of JSON; the message says where.
    """
    if not is_json(value):
        value = _converted(value, ())
    plain: JsonObject = storable(value)
    return value if plain == value else plain  # nearly always the same: so rows are not kept twice


def _converted(value: Any, path: tuple[str | int, ...]) -> Any:
    if isinstance(value, dict):
        return {_key(key, path): _converted(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_converted(item, (*path, index)) for index, item in enumerate(value)]
    plain = _number(value)
    if is_json(plain):
        return plain
    kind = repr(value) if isinstance(value, float) else type(value).__name__
    raise ConfigurationError(
        f"field {path_text(path)}: {kind} is no JSON value; "
        "make it a text, a finite number, True, False, None, or a list or object of these"
    )


def _number(value: Any) -> Any:
    """Return a scalar of numpy as a value of Python."""
    import numpy as np  # only where a row holds something odd

    return value.item() if isinstance(value, np.generic) else value


def _key(key: Any, path: tuple[str | int, ...]) -> str:
    if isinstance(key, str):
        return key
    where = f"field {path_text(path)}: " if path else ""
    raise ConfigurationError(f"{where}the key {key!r} is no text; JSON knows no other keys")
