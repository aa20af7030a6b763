"""How each provider is told to answer by a schema.

provider (prefix of the model string)        what is sent
everything else                              ``json_schema``, strict where the schema allows it
openrouter                                   the same, and only providers that support it (``require_parameters``)
cohere                                       ``json_object`` with the schema beside it

A server that knows none of this is asked in words: see :mod:`optimizer_core.models.forms`.
"""

from __future__ import annotations

from typing import Any

from optimizer_core.data.by_identity import ByIdentity
from optimizer_core.json_values import JsonObject

SCHEMA_NAME = "structured_output"


def provider_of(model: str) -> str:
    """Return the prefix of a model string; empty where there is none."""
    prefix, slash, _ = model.partition("/")
    return prefix.lower() if slash else ""


def structured_output(model: str, schema: JsonObject | None, form: str = "json_schema") -> JsonObject:
    """Return the request fields that ask for an answer by ``schema``; nothing without one. They are only to be read.

    Args:
        model: model string.
        schema: what the answer must fit.
        form: one of :data:`~optimizer_core.models.base.FORMS`.
    """
    return {} if schema is None or form == "text" else _fields(schema, provider_of(model), form)


def _make_fields(schema: JsonObject, provider: str, form: str) -> JsonObject:
    if provider == "cohere":
        return {"response_format": {"type": "json_object", "schema": schema}}
    if form == "json_object":
        return {"response_format": {"type": "json_object"}}
    fields: JsonObject = {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": SCHEMA_NAME, "strict": is_strict(schema), "schema": accepted(schema)},
        }
    }
    if provider == "openrouter":
        fields["provider"] = {"require_parameters": True}
    return fields


_fields: ByIdentity[JsonObject] = ByIdentity(_make_fields)


def is_strict(schema: Any) -> bool:
    """Return whether every object names all its fields as required, as strict mode demands."""
    if isinstance(schema, list):
        return all(is_strict(part) for part in schema)
    if not isinstance(schema, dict):
        return True
    if schema.get("type") == "object" or "properties" in schema:
        closed = schema.get("additionalProperties") is False
        if not closed or set(schema.get("properties", {})) != set(schema.get("required", ())):
            return False
    return all(is_strict(part) for part in schema.values())


def accepted(schema: Any) -> Any:
    """Return the schema without what providers reject: defaults, examples, and anything beside a ``$ref``."""
    if isinstance(schema, list):
        return [accepted(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str):
        return {"$ref": schema["$ref"]}
    result = {}
    for key, part in schema.items():
        if key in ("properties", "$defs") and isinstance(part, dict):
            # The keys in here are names, so a field called "default" stays.
            result[key] = {name: accepted(member) for name, member in part.items()}
        elif key in ("enum", "const"):
            result[key] = part
        elif key not in ("default", "examples"):
            result[key] = accepted(part)
    return result
