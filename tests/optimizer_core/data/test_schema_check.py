"""The fast yes: only for values that fit, and for nearly all of those."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from optimizer_core.data.schema import Schema
from optimizer_core.data.schema_check import is_json, make_check
from tests.optimizer_core.data.test_schema import GOOD, ORDER, SCHEMAS, values

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text("abx", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "x"]), inner, max_size=3),
    max_leaves=6,
)
RULES: list[dict[str, Any]] = [
    {"enum": ["a", "b"]},
    {"enum": [1, True, None, "a"]},
    {"type": "string", "enum": ["a", "x"]},
    {"type": "integer", "enum": [0, 1]},
    {"const": "a"},
    {"const": 1},
    {"enum": ["a"], "const": "b"},
    {"type": "string", "minLength": 1, "maxLength": 2, "pattern": "^a"},
    {"type": "string", "format": "date"},
    {"type": "integer", "minimum": 0, "maximum": 2},
    {"type": "number", "exclusiveMinimum": 0},
    {"type": ["number", "null"]},
    {"type": "boolean"},
    {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2},
    {"type": "array", "uniqueItems": True},
    {"type": "array", "prefixItems": [{"type": "null"}]},
    {"type": "object"},
    {"type": "object", "additionalProperties": {"type": "integer"}},
    {"type": "object", "properties": {"b": {}}, "required": ["b"], "additionalProperties": False},
    {"anyOf": [{"type": "null"}, {"$ref": "#"}]},
    {"oneOf": [{"type": "integer"}, {"type": "number"}]},
    {"$ref": "#", "type": "object"},
    {"not": {"type": "string"}},
    {},
    {"description": "anything"},
]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_it_never_says_yes_where_jsonschema_says_no(rule: dict[str, Any]):
    schema: dict[str, Any] = {"type": "object", "properties": {"a": rule}, "required": ["a"]}
    validator, fits = Draft202012Validator(schema), make_check(schema)

    @given(ANYTHING)
    def compare(value: Any) -> None:
        assert not fits({"a": value}) or validator.is_valid({"a": value})

    compare()


@given(SCHEMAS.flatmap(lambda schema: st.tuples(st.just(schema), values(schema))))
def test_it_says_yes_to_what_fits_the_usual_schemas(case: tuple[dict[str, Any], Any]):
    assert make_check(Schema.of(case[0]).shared)(case[1])


def test_a_class_with_nested_models_is_known():
    assert make_check(ORDER.shared)(GOOD)


def test_a_schema_may_refer_to_itself():
    tree = {"type": "object", "properties": {"below": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}}}
    fits = make_check(Schema.of({**tree, "$defs": {"Tree": tree}}).shared)
    assert fits({"below": [{"below": []}, {}]})
    assert not fits({"below": [{"below": [{"other": 1}]}]})


@pytest.mark.parametrize("value", [math.nan, math.inf, (1,), {1: "x"}, {"a": {"b": {1, 2}}}, object()])
def test_what_json_does_not_know_is_never_passed(value: Any):
    assert not is_json(value)
    assert not make_check({"type": "object", "properties": {"a": {}}})({"a": value})
