"""How each provider is told to answer by a schema.

provider (prefix of the model string)        what is sent
everything else                              ``json_schema``, strict where the schema allows it
openrouter                                   the same, and only providers that support it (``require_parameters``)
cohere                                       ``json_object`` with the schema beside it
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from optimizer_core.json_values import JsonObject

SCHEMA_NAME = "structured_output"


def provider_of(model: str) -> str:
    """Return the prefix of a model string; empty where there is none."""
    prefix, slash, _ = model.partition("/")
    return prefix.lower() if slash else ""


def structured_output(model: str, schema: JsonObject | None) -> JsonObject:
    """Return the request fields that ask for an answer by ``schema``; nothing without one."""
    if schema is None:
        return {}
    return json.loads(_structured_output(provider_of(model), json.dumps(schema)))  # type: ignore[no-any-return]


@lru_cache(maxsize=512)
def _structured_output(provider: str, schema_text: str) -> str:
    schema = json.loads(schema_text)
    if provider == "cohere":
        return json.dumps({"response_format": {"type": "json_object", "schema": schema}})
    fields: JsonObject = {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": SCHEMA_NAME, "strict": is_strict(schema), "schema": accepted(schema)},
        }
    }
    if provider == "openrouter":
        fields["provider"] = {"require_parameters": True}
    return json.dumps(fields)


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
