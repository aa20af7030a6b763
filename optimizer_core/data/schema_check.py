"""A fast yes for values that fit a schema, made once from the schema.

jsonschema interprets a schema anew for every value, which took longer than everything else that happens to an answer.
The checks made here only ever say yes where the value certainly fits; whatever they do not know, and whatever does not
fit, goes to jsonschema, which says in words what is wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from optimizer_core.data.schema_tree import resolve
from optimizer_core.json_values import JsonObject

Check: TypeAlias = Callable[[Any], bool]

#: Keywords that allow and forbid nothing.
_SILENT = frozenset({"title", "description", "default", "examples", "$defs", "definitions", "$schema", "$comment"})


def make_check(root: JsonObject) -> Check:
    """Return a function that says yes only to values that fit ``root``."""
    return _Maker(root).make(root)


def is_json(value: Any) -> bool:
    """Return whether a value is made of what JSON knows: finite numbers, and texts as keys."""
    if value is None or isinstance(value, (str, bool, int)):
        return True
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(item) for key, item in value.items())
    return isinstance(value, list) and all(map(is_json, value))


def _unknown(value: Any) -> bool:
    return False


class _Maker:
    def __init__(self, root: JsonObject) -> None:
        self._root = root
        self._named: dict[str, Check] = {}  # by reference; a schema may refer to itself

    def make(self, node: Any) -> Check:
        """Return the check of one schema below the root."""
        if not isinstance(node, dict):
            return _unknown
        rules = {key: rule for key, rule in node.items() if key not in _SILENT}
        if "$ref" in rules:
            return self._referred(rules["$ref"]) if len(rules) == 1 else _unknown
        if "enum" in rules or "const" in rules:
            return _choice(rules)
        if set(rules) == {"anyOf"}:
            alternatives = [self.make(one) for one in rules["anyOf"]]
            return lambda value: any(check(value) for check in alternatives)
        if not rules:
            return is_json
        kinds = rules.pop("type", None)
        if isinstance(kinds, list):
            several = [self._of_kind(kind, rules) for kind in kinds]
            return lambda value: any(check(value) for check in several)
        return self._of_kind(kinds, rules)

    def _referred(self, reference: str) -> Check:
        if reference not in self._named:
            self._named[reference] = lambda value: self._named[reference](value)  # stands in while it is made
            self._named[reference] = self.make(resolve({"$ref": reference}, self._root))
        return self._named[reference]

    def _of_kind(self, kind: Any, rules: Mapping[str, Any]) -> Check:
        if kind == "object":
            return self._object(rules)
        if kind == "array":
            return self._array(rules)
        if kind == "string":
            return _text(rules)
        if kind in ("number", "integer"):
            return _number(rules, whole=kind == "integer")
        if rules:
            return _unknown
        if kind == "boolean":
            return lambda value: value is True or value is False
        return (lambda value: value is None) if kind == "null" else _unknown

    def _object(self, rules: Mapping[str, Any]) -> Check:
        if not set(rules) <= {"properties", "required", "additionalProperties"}:
            return _unknown
        fields = {name: self.make(field) for name, field in rules.get("properties", {}).items()}
        required = frozenset(rules.get("required", ()))
        further = rules.get("additionalProperties", True)
        other = is_json if further is True else _unknown if further is False else self.make(further)

        def check(value: Any) -> bool:
            if not isinstance(value, dict) or not value.keys() >= required:
                return False
            for name, item in value.items():  # no generator: this is asked for every answer
                if not isinstance(name, str) or not fields.get(name, other)(item):
                    return False
            return True

        return check

    def _array(self, rules: Mapping[str, Any]) -> Check:
        if not set(rules) <= {"items", "minItems", "maxItems"}:
            return _unknown
        item = self.make(rules["items"]) if "items" in rules else is_json
        least, most = rules.get("minItems", 0), rules.get("maxItems", math.inf)
        return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(item, value))


def _choice(rules: Mapping[str, Any]) -> Check:
    """Return the check of texts to choose from; other values are compared by jsonschema, to which 1 is not true."""
    allowed = rules.get("enum", [rules.get("const")])
    texts = {one for one in allowed if isinstance(one, str)}
    if not set(rules) <= {"enum", "const", "type"} or ("enum" in rules) == ("const" in rules):
        return _unknown
    if rules.get("type", "string") != "string":
        return _unknown
    return lambda value: isinstance(value, str) and value in texts


def _text(rules: Mapping[str, Any]) -> Check:
    if not rules:
        return lambda value: isinstance(value, str)
    if not set(rules) <= {"minLength", "maxLength", "pattern"}:
        return _unknown
    least, most = rules.get("minLength", 0), rules.get("maxLength", math.inf)
    pattern = re.compile(rules.get("pattern", ""))
    return lambda value: isinstance(value, str) and least <= len(value) <= most and pattern.search(value) is not None


def _number(rules: Mapping[str, Any], *, whole: bool) -> Check:
    if not set(rules) <= {"minimum", "maximum"}:
        return _unknown
    least, most = rules.get("minimum", -math.inf), rules.get("maximum", math.inf)

    def check(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        if isinstance(value, float) and not (math.isfinite(value) and (value.is_integer() or not whole)):
            return False
        return bool(least <= value <= most)

    return check
