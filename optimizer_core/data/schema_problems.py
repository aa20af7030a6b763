"""Saying in words what is wrong with a JSON value: where, what was found, what is allowed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_LONGEST = 60  # characters of a found value that a message shows
_MOST_LISTED = 20  # allowed values or fields that a message lists

_KINDS = {
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


def find_problems(validator: Draft202012Validator, value: Any) -> list[str]:
    """Return one message for each thing that is wrong; empty when the value fits."""
    unclean = list(_not_json(value, ""))
    if unclean:
        return unclean
    errors = sorted(validator.iter_errors(value), key=lambda error: [str(step) for step in error.absolute_path])
    return [message for error in errors for message in _messages(error)]


def shown(value: Any) -> str:
    """Return a value as JSON, shortened for a message."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def path_text(path: Sequence[str | int]) -> str:
    """Return ``items[0].name`` for the steps to a value."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _not_json(value: Any, path: str) -> Iterator[str]:
    """Find what json.loads or Python code lets through but JSON does not know."""
    where = path or "value"
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                yield f"{where}: the key {key!r} is not a string"
            yield from _not_json(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _not_json(item, f"{path}[{index}]")
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{where}: expected a finite number, found {value}"
    elif value is not None and not isinstance(value, (str, int, float, bool)):
        yield f"{where}: expected a JSON value, found {type(value).__name__}"


def _messages(error: ValidationError) -> Iterator[str]:
    where = path_text(list(error.absolute_path)) or "value"
    rule, allowed, found = str(error.validator), error.validator_value, error.instance
    if rule == "type":
        yield f"{where}: expected {_kinds(allowed)}, found {shown(found)}"
    elif rule in ("enum", "const"):
        choices = allowed if rule == "enum" else [allowed]
        yield f"{where}: {shown(found)} is not allowed; allowed: {_choices(choices)}"
    elif rule == "required":
        yield from _missing(error, where)
    elif rule == "additionalProperties" and allowed is False:
        yield from _unknown(error, where)
    elif rule in ("anyOf", "oneOf") and error.context:
        yield from _alternatives(error, where)
    else:
        yield f"{where}: found {shown(found)}, but {rule} must be {shown(allowed)}"


def _missing(error: ValidationError, where: str) -> Iterator[str]:
    # jsonschema makes one error for each missing field and names it only in its message.
    for name in error.validator_value:
        if name not in error.instance and error.message.startswith(repr(name)):
            field = name if where == "value" else f"{where}.{name}"
            yield f"{field}: missing; the fields are {_names(error.schema)}"


def _unknown(error: ValidationError, where: str) -> Iterator[str]:
    for name in error.instance:
        if name not in error.schema.get("properties", {}):
            field = name if where == "value" else f"{where}.{name}"
            yield f"{field}: there is no such field; the fields are {_names(error.schema)}"


def _alternatives(error: ValidationError, where: str) -> Iterator[str]:
    """Speak about the alternative that comes closest, or list the kinds when none does."""
    branches: dict[Any, list[ValidationError]] = {}
    for below in error.context:
        branches.setdefault(below.relative_schema_path[0], []).append(below)
    close = [errors for errors in branches.values() if not _other_kind(errors)]
    if close:
        for below in min(close, key=len):
            yield from _messages(below)
        return
    kinds = [kind for errors in branches.values() for kind in _as_list(errors[0].validator_value)]
    yield f"{where}: expected {_kinds(kinds)}, found {shown(error.instance)}"


def _other_kind(errors: Sequence[ValidationError]) -> bool:
    return any(error.validator == "type" and not error.relative_path for error in errors)


def _names(schema: Mapping[str, Any]) -> str:
    names = list(schema.get("properties", {}))
    listed = ", ".join(names[:_MOST_LISTED]) or "(none)"
    return listed if len(names) <= _MOST_LISTED else f"{listed} … ({len(names)} in all)"


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _kinds(kinds: Any) -> str:
    return " or ".join(dict.fromkeys(_KINDS.get(kind, str(kind)) for kind in _as_list(kinds)))


def _choices(choices: Sequence[Any]) -> str:
    listed = ", ".join(shown(choice) for choice in choices[:_MOST_LISTED])
    return listed if len(choices) <= _MOST_LISTED else f"{listed} … ({len(choices)} in all)"
