"""A schema: which JSON objects are allowed, what is wrong with one that is not, and how prompts describe it."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from optimizer_core.data.schema_check import Check, make_check
from optimizer_core.data.schema_description import describe_fields
from optimizer_core.data.schema_problems import find_problems, shown
from optimizer_core.data.schema_tree import check_tree, close_objects, resolve
from optimizer_core.errors import ConfigurationError, SchemaError
from optimizer_core.json_values import JsonObject, canonical_json

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from pydantic import BaseModel


class Schema:
    """A JSON Schema (draft 2020-12) of one JSON object, closed against unknown keys. It never changes.

    Made by :meth:`of`. Two schemas are equal when they allow the same fields in the same words; the order of the
    fields, in which models write them, is kept but not compared.
    """

    def __init__(self, json_schema: Mapping[str, Any]) -> None:
        """Take over a JSON Schema.

        Raises:
            ConfigurationError: it is no JSON Schema, or not one of an object.
        """
        root = copy.deepcopy(dict(json_schema))
        _check_meta(root)
        check_tree(root)
        if "$ref" in root:
            root = {**resolve(root, root), "$defs": root.get("$defs", {})}
        if root.get("type") != "object" or not isinstance(root.get("properties", {}), dict):
            raise ConfigurationError(
                f"schema: the top level must be an object with properties, got type {root.get('type')!r}; "
                'write {"type": "object", "properties": {…}}'
            )
        root.setdefault("properties", {})
        unknown = [name for name in root.get("required", []) if name not in root["properties"]]
        if unknown:
            raise ConfigurationError(f"schema: required names {unknown}, which are no properties")
        self._root = close_objects(root)

    @classmethod
    def of(cls, source: SchemaSource) -> Schema:
        """Return the schema of a data model class, a JSON Schema dict, or a schema itself.

        Raises:
            ConfigurationError: it is none of these, or it cannot be a schema.
        """
        if isinstance(source, Schema):
            return source
        if isinstance(source, Mapping):
            return cls(source)
        # pydantic is heavy to import, so a data model is known by what it can do.
        json_schema = getattr(source, "model_json_schema", None)
        if isinstance(source, type) and callable(json_schema):
            return cls(json_schema())
        raise ConfigurationError(f"a schema must be a DataModel class or a JSON Schema dict, got {source!r}")

    @property
    def json_schema(self) -> JsonObject:
        """A copy of the JSON Schema, every object closed, ``$defs`` kept."""
        return copy.deepcopy(self._root)

    @property
    def shared(self) -> JsonObject:
        """The JSON Schema itself, for those who only read it: always the same object, so it may be a key to a cache."""
        return self._root

    @property
    def properties(self) -> JsonObject:
        """Name of each field → its schema, in the order they are written; a copy."""
        return copy.deepcopy(dict(self._root["properties"]))

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the fields that may not be left out."""
        return tuple(self._root.get("required", ()))

    @property
    def allows_more(self) -> bool:
        """True where an object may have further fields than those that are named."""
        return self._root.get("additionalProperties") is not False or "patternProperties" in self._root

    @property
    def title(self) -> str:
        """What the schema is called; empty where it has no title."""
        return str(self._root.get("title", ""))

    def problems(self, value: Any) -> list[str]:
        """Return what is wrong with a value, one message each: where, what was found, what is allowed."""
        try:
            return [] if self._fits(value) else find_problems(self._validator, value)
        except RecursionError:
            return ["value: it is nested too deeply"]

    def check(self, value: Any, where: str = "") -> None:
        """Raise if a value does not fit.

        Raises:
            SchemaError: all problems, with ``where`` before them.
        """
        problems = self.problems(value)
        if problems:
            raise SchemaError(f"{where + ': ' if where else ''}{'; '.join(problems)}")

    def with_defaults(self, value: JsonObject) -> JsonObject:
        """Return an object with the defaults of top-level fields that it leaves out, or itself where there are none."""
        if not self._defaults:  # nearly always
            return value
        left_out = {name: default for name, default in self._defaults.items() if name not in value}
        return {**value, **copy.deepcopy(left_out)} if left_out else value

    def describe(self) -> str:
        """Return the list of fields for a prompt: name, kind, what is allowed, description."""
        return self._description

    def with_field_first(self, name: str, json_schema: JsonObject) -> Schema:
        """Return this schema with one more required field, which is written before all others.

        Raises:
            ConfigurationError: there is a field of that name already.
        """
        if name in self._root["properties"]:
            raise ConfigurationError(f"schema: there is a field {name!r} already; call it otherwise")
        return Schema(
            {
                **self._root,
                "properties": {name: json_schema, **self._root["properties"]},
                "required": [name, *self.required],
            }
        )

    def subset(self, names: Iterable[str]) -> Schema:
        """Return this schema with only the named fields, in its own order.

        Raises:
            ConfigurationError: a name is no field.
        """
        wanted = list(names)
        properties = self._root["properties"]
        for name in wanted:
            if name not in properties:
                raise ConfigurationError(f"schema: there is no field {name!r}; the fields are {', '.join(properties)}")
        return Schema(
            {
                **self._root,
                "properties": {name: sub for name, sub in properties.items() if name in wanted},
                "required": [name for name in self.required if name in wanted],
            }
        )

    def to_json(self) -> JsonObject:
        """Return it as a JSON object for :meth:`from_json`."""
        return self.json_schema

    @classmethod
    def from_json(cls, saved: JsonObject) -> Schema:
        """Build it again.

        Raises:
            ConfigurationError: it is no JSON Schema of an object.
        """
        return cls(saved)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self._canonical == other._canonical

    def __hash__(self) -> int:
        return hash(self._canonical)

    def __repr__(self) -> str:
        return f"Schema({self.title or ', '.join(self._root['properties'])})"

    @cached_property
    def _description(self) -> str:
        return "\n".join(describe_fields(self._root, self._root))

    @cached_property
    def _defaults(self) -> JsonObject:
        fields = self._root["properties"].items()
        return {name: field["default"] for name, field in fields if isinstance(field, dict) and "default" in field}

    @cached_property
    def _canonical(self) -> str:
        return canonical_json({**self._root, "required": sorted(self.required)})

    @cached_property
    def _fits(self) -> Check:
        return make_check(self._root)

    @cached_property
    def _validator(self) -> Draft202012Validator:
        from jsonschema import Draft202012Validator  # heavy, so only when the first value is checked

        return Draft202012Validator(self._root)


#: What may stand for a schema.
SchemaSource: TypeAlias = "Schema | Mapping[str, Any] | type[BaseModel]"


def _check_meta(root: JsonObject) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    fault = best_match(Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(root))
    if fault is not None:
        where = ".".join(str(step) for step in fault.absolute_path) or "the top level"
        raise ConfigurationError(
            f"schema: {where} is no JSON Schema: {fault.message[:200]}, got {shown(fault.instance)}"
        )
