"""Reading a JSON Schema as a tree: its sub-schemas, its references, and closing its objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject

_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems", "items")
_SINGLES = ("items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames")


def map_subschemas(node: JsonObject, change: Callable[[JsonObject], JsonObject]) -> JsonObject:
    """Return a copy of ``node`` with ``change`` applied to each schema directly below it."""
    copy = dict(node)
    for key in _MAPS:
        if isinstance(copy.get(key), dict):
            copy[key] = {name: change(sub) if isinstance(sub, dict) else sub for name, sub in copy[key].items()}
    for key in _LISTS:
        if isinstance(copy.get(key), list):
            copy[key] = [change(sub) if isinstance(sub, dict) else sub for sub in copy[key]]
    for key in _SINGLES:
        if isinstance(copy.get(key), dict):
            copy[key] = change(copy[key])
    return copy


def walk(node: JsonObject) -> Iterator[JsonObject]:
    """Yield ``node`` and every schema below it."""
    yield node
    below: list[JsonObject] = []

    def collect(sub: JsonObject) -> JsonObject:
        below.append(sub)
        return sub

    map_subschemas(node, collect)
    for sub in below:
        yield from walk(sub)


def close_objects(node: JsonObject) -> JsonObject:
    """Return a copy in which no object takes a key it does not name.

    Objects without named properties (a mapping with free keys) and objects that give a schema for further keys stay
    as they are: closed, they could hold nothing.
    """
    copy = map_subschemas(node, close_objects)
    if "properties" in copy and not isinstance(copy.get("additionalProperties"), dict):
        copy["additionalProperties"] = False
    return copy


def resolve(node: JsonObject, root: JsonObject) -> JsonObject:
    """Follow ``$ref`` inside ``root``; keywords beside the reference win.

    Raises:
        ConfigurationError: the reference leads nowhere or in a circle.
    """
    followed: set[str] = set()
    while "$ref" in node:
        reference = node["$ref"]
        if reference in followed:
            raise ConfigurationError(f"schema: the reference {reference!r} leads in a circle")
        followed.add(reference)
        beside = {key: value for key, value in node.items() if key != "$ref"}
        node = {**_lookup(reference, root), **beside}
    return node


def check_tree(root: JsonObject) -> None:
    """Raise for what the JSON Schema meta-schema does not see.

    Raises:
        ConfigurationError: a reference leads nowhere, a pattern is no regular expression, or ``allOf`` joins several
            objects, which cannot be closed against unknown keys.
    """
    for node in walk(root):
        if "$ref" in node:
            resolve(node, root)
        pattern = node.get("pattern")
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ConfigurationError(
                    f"schema: the pattern {pattern!r} is no regular expression: {error}"
                ) from error
        joined = [sub for sub in node.get("allOf", []) if isinstance(sub, dict) and {"$ref", "properties"} & set(sub)]
        if len(joined) > 1:
            raise ConfigurationError("schema: allOf joins several objects; write their properties into one object")


def _lookup(reference: Any, root: JsonObject) -> JsonObject:
    found: Any = root
    if not isinstance(reference, str) or not reference.startswith("#"):
        raise ConfigurationError(f"schema: the reference {reference!r} is not inside the schema; use '#/$defs/NAME'")
    for step in reference[1:].split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, dict) or key not in found:
            raise ConfigurationError(f"schema: the reference {reference!r} leads nowhere")
        found = found[key]
    if not isinstance(found, dict):
        raise ConfigurationError(f"schema: the reference {reference!r} does not lead to a schema")
    return found
