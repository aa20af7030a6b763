"""The form an answer is wanted in: a JSON schema, DSPy's JSON or chat fields, a fenced block, or plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

#: Gives the value of a text field by its name.
Writer = Callable[[str], str]

_CHAT_FIELD = re.compile(r"\[\[ ## (\w+) ## \]\]")
_THINKING = re.compile(r"think|reason|rationale|analysis|critique|observ.*step", re.IGNORECASE)
_CHAT_REQUEST = "Respond with the corresponding output fields"
_JSON_REQUEST = "Respond with a JSON object in the following order of fields:"
_JSON_FIELD = re.compile(r"`(\w+)`")


def is_thinking(field: str) -> bool:
    """Return whether a field is for thoughts before the answer."""
    return bool(_THINKING.search(field))


def write_answer(body: dict[str, Any], prompt: str, write: Writer, examples: list[Any], *, fenced: bool) -> str:
    """Return the answer in the form that a chat request asks for.

    Args:
        body: of the request.
        prompt: all its messages.
        write: gives the text of a field.
        examples: for a field that is a list of objects.
        fenced: the whole answer of a plain request stands between ``` marks, where the prompt speaks of such.
    """
    asked = body.get("response_format") or {}
    schema = asked.get("json_schema", {}).get("schema")
    if schema:
        return json.dumps(fill_schema(schema, schema, write, examples))
    if asked.get("type") == "json_object":
        return json.dumps({field: write(field) for field in json_fields(prompt)})
    fields = chat_fields(prompt)
    if fields:
        parts = [f"[[ ## {field} ## ]]\n{write(field)}" for field in fields]
        return "\n\n".join((*parts, "[[ ## completed ## ]]"))
    text = write("answer")
    return f"```\n{text}\n```" if fenced and "```" in prompt else text


def chat_fields(prompt: str) -> list[str]:
    """Return the output fields that DSPy's chat adapter asks for; none where it did not ask."""
    at = prompt.rfind(_CHAT_REQUEST)
    if at < 0:
        return []
    names = _CHAT_FIELD.findall(prompt, at)
    return [name for name in dict.fromkeys(names) if name != "completed"]


def json_fields(prompt: str) -> list[str]:
    """Return the output fields that DSPy's JSON adapter asks for; "answer" where it did not ask."""
    _, found, request = prompt.rpartition(_JSON_REQUEST)
    names = _JSON_FIELD.findall(request) if found else []
    return names or ["answer"]


def fill_schema(schema: Any, root: Any, write: Writer, examples: list[Any], name: str = "answer") -> Any:
    """Return a value that fits a JSON Schema: texts by ``write``, lists of objects from ``examples``."""
    schema = _resolved(schema, root)
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        fields = schema.get("properties", {})
        return {field: fill_schema(part, root, write, examples, field) for field, part in fields.items()}
    if "enum" in schema:
        text = write(name)
        return text if text in schema["enum"] else schema["enum"][0]
    if kind == "array":
        items = _resolved(schema.get("items", {}), root)
        return examples if items.get("type") == "object" else [write(name)]
    return {"integer": 0, "number": 0.0, "boolean": True, "null": None}.get(str(kind), write(name))


def _resolved(schema: Any, root: Any) -> dict[str, Any]:
    """Follow references, and take the first real choice of several."""
    while True:
        if "$ref" in schema:
            target = root
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            schema = target
            continue
        choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        if not choices:
            break
        schema = next((choice for choice in choices if choice.get("type") != "null"), choices[0])
    if isinstance(schema.get("type"), list):
        return {**schema, "type": next((kind for kind in schema["type"] if kind != "null"), "null")}
    return dict(schema)
