"""Writing a schema as the list of fields that prompts show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from optimizer_core.data.schema_tree import resolve
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject

_DEEPEST = 3  # levels of nested objects that are spelled out; deeper ones only named
_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matching {}",
}


def describe_fields(schema: JsonObject, root: JsonObject, *, level: int = 0) -> Iterator[str]:
    """Yield one line for each field: name, kind, what is allowed, description; nested fields are indented."""
    required = schema.get("required", [])
    for name, given in schema.get("properties", {}).items():
        field = _resolved(given, root)
        notes = [_kind(field, root), *_allowed(field), *([] if name in required else ["may be left out"])]
        about = " ".join(str(field.get("description", "")).split())
        yield f"{'  ' * level}- `{name}` ({', '.join(notes)}){': ' + about if about else ''}"
        below = _nested(field, root)
        if below is not None and level + 1 < _DEEPEST:
            yield from describe_fields(below, root, level=level + 1)


def _resolved(field: Any, root: JsonObject) -> JsonObject:
    return resolve(field, root) if isinstance(field, dict) else {}


def _alternatives(field: JsonObject, root: JsonObject) -> list[JsonObject]:
    return [_resolved(one, root) for key in ("anyOf", "oneOf", "allOf") for one in field.get(key, [])]


def _kind(field: JsonObject, root: JsonObject) -> str:
    alternatives = _alternatives(field, root)
    if "type" not in field and alternatives:
        return " or ".join(dict.fromkeys(", ".join([_kind(one, root), *_allowed(one)]) for one in alternatives))
    kinds = field.get("type", "any JSON value" if "enum" not in field and "const" not in field else "value")
    names = []
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind == "array":
            items = _resolved(field.get("items", {}), root)
            names.append("list of " + ", ".join([_kind(items, root), *_allowed(items)]) if items else "list")
        else:
            names.append(str(kind))
    return " or ".join(names)


def _allowed(field: JsonObject) -> Iterator[str]:
    if "enum" in field:
        yield "one of " + ", ".join(json.dumps(value, ensure_ascii=False) for value in field["enum"])
    if "const" in field:
        yield "always " + json.dumps(field["const"], ensure_ascii=False)
    for key, text in _LIMITS.items():
        if key in field:
            yield text.format(field[key])


def _nested(field: JsonObject, root: JsonObject) -> JsonObject | None:
    """Return the object whose fields are to be listed below a field, through lists and alternatives."""
    if "properties" in field:
        return field
    if isinstance(field.get("items"), dict):
        return _nested(_resolved(field["items"], root), root)
    for one in _alternatives(field, root):
        try:
            below = _nested(one, root)
        except RecursionError as error:  # alternatives that contain only themselves
            raise ConfigurationError("schema: alternatives refer to each other without end") from error
        if below is not None:
            return below
    return None
