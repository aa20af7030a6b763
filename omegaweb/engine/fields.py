"""A program's fields as JSON Schemas, and table cells as values of those fields."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

YES = {"true", "yes", "y", "t", "1"}
NO = {"false", "no", "n", "f", "0"}


#: What can be done in a program about a cell that does not fit, beside correcting the table.
CHANGE_TYPE = "change the type of the output field in the program"
ALLOW_VALUE = "add the value to the allowed values of the output field in the program"


class UnfitCell(ValueError):
    """A cell does not hold what its column is declared to hold; the message says what it holds.

    Args:
        message: what it holds.
        way_out: what can be done in the program; empty where only the table can be mended.
    """

    def __init__(self, message: str, *, way_out: str = CHANGE_TYPE) -> None:
        super().__init__(message)
        self.way_out = way_out


def inputs_schema(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of what the program reads; cells may hold any JSON value."""
    fields = definition["input_fields"]
    return {
        "type": "object",
        "title": "Inputs",
        "properties": {field["name"]: _described({}, field) for field in fields},
        "required": [field["name"] for field in fields],
        "additionalProperties": False,
    }


def outputs_schema(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of what the program answers."""
    fields = definition["output_fields"]
    return {
        "type": "object",
        "title": "Outputs",
        "properties": {field["name"]: _described(_type_schema(field), field) for field in fields},
        "required": [field["name"] for field in fields],
        "additionalProperties": False,
    }


def _type_schema(field: Mapping[str, Any]) -> dict[str, Any]:
    match field["type"]:
        case "choice":
            return {"type": "string", "enum": list(field["choices"])}
        case "list":
            return {"type": "array", "items": {"type": "string"}}
        case "text":
            return {"type": "string"}
        case "number" | "integer" | "boolean" as kind:
            return {"type": kind}
    raise ValueError(f"field {field['name']!r} has the unknown type {field['type']!r}")


def _described(schema: dict[str, Any], field: Mapping[str, Any]) -> dict[str, Any]:
    return {**schema, "description": field["description"]} if field.get("description") else schema


def to_field(value: Any, field: Mapping[str, Any]) -> Any:
    """Return a table cell as a value of the output field.

    Raises:
        UnfitCell: it cannot be one.
    """
    if value is None or (isinstance(value, str) and not value.strip() and field["type"] not in ("text", "list")):
        raise UnfitCell("is empty", way_out="")
    match field["type"]:
        case "choice":
            return _to_choice(value, field["choices"])
        case "integer":
            return _to_integer(value)
        case "number":
            return _to_number(value)
        case "boolean":
            return _to_boolean(value)
        case "list":
            return _to_list(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _to_choice(value: Any, choices: list[str]) -> str:
    text = value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if text in choices:
        return text
    for choice in choices:
        if choice.casefold() == text.casefold():
            return choice
    raise UnfitCell(
        f"holds {_shown(value)}, which is none of the allowed values {', '.join(choices[:20])}", way_out=ALLOW_VALUE
    )


def _to_number(value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise UnfitCell(f"holds {_shown(value)}, which is no number")
    return number


def _to_integer(value: Any) -> int:
    try:
        number = _to_number(value)
    except UnfitCell:
        raise UnfitCell(f"holds {_shown(value)}, which is no whole number") from None
    if not number.is_integer():
        raise UnfitCell(f"holds {_shown(value)}, which is no whole number")
    return int(number)


def _to_boolean(value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in YES | NO:
        raise UnfitCell(f"holds {_shown(value)}, which is neither yes nor no")
    return text in YES


def _to_list(value: Any) -> list[str]:
    """A JSON list, or text with one item a line, or separated by semicolons or commas."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise UnfitCell(f"holds {_shown(value)}, which begins like a list but is none") from error
    if isinstance(value, list):
        return [item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in value]
    text = str(value)
    separator = next((mark for mark in ("\n", ";", ",") if mark in text), "\n")
    return [item.strip() for item in text.split(separator) if item.strip()]


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"“{text[:60]}{'…' if len(text) > 60 else ''}”"
