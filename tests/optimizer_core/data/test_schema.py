"""Schemas: what they take, what they say about values that do not fit, and how prompts describe them."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.data.data_model import DataModel, Field
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError, SchemaError


class Item(DataModel):
    """One line of an order."""

    name: str = Field(description="What was\n ordered", min_length=2)
    size: int | None = None


class Order(DataModel):
    label: Literal["new", "paid"] = Field(description="The state")
    items: list[Item]
    score: float = Field(ge=0, le=1)
    options: dict[str, int] = Field(default_factory=dict)


ORDER = Schema.of(Order)
GOOD = {"label": "new", "items": [{"name": "tea", "size": None}], "score": 0.5, "options": {"a": 1}}


def with_change(**change: Any) -> dict[str, Any]:
    return {**GOOD, **change}


def test_a_class_a_dict_and_a_schema_give_the_same_schema():
    assert Schema.of(Order) == Schema.of(Order.model_json_schema()) == Schema.of(ORDER)
    assert Schema.of(ORDER) is ORDER
    assert ORDER.title == "Order"
    assert ORDER.required == ("label", "items", "score")
    assert list(ORDER.properties) == ["label", "items", "score", "options"]


def test_every_object_with_named_fields_is_closed_and_definitions_are_kept():
    given_schema = {
        "type": "object",
        "properties": {
            "a": {"type": "object", "properties": {"b": {"$ref": "#/$defs/B"}}},
            "free": {"type": "object"},
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
            "properties": {
                "type": "array",
                "items": {"type": "object", "properties": {}, "additionalProperties": True},
            },
        },
        "$defs": {"B": {"type": "object", "properties": {"c": {"type": "string"}}}},
    }
    before = json.dumps(given_schema)
    closed = Schema.of(given_schema).json_schema
    assert json.dumps(given_schema) == before
    assert closed["additionalProperties"] is False
    assert closed["properties"]["a"]["additionalProperties"] is False
    assert closed["properties"]["properties"]["items"]["additionalProperties"] is False
    assert closed["$defs"]["B"]["additionalProperties"] is False
    assert "additionalProperties" not in closed["properties"]["free"]
    assert closed["properties"]["counts"]["additionalProperties"] == {"type": "integer"}


def test_changing_what_it_returns_changes_nothing():
    ORDER.json_schema["properties"].clear()
    ORDER.properties["label"].clear()
    assert ORDER.problems(with_change(label="lost"))


def test_a_fitting_value_has_no_problems():
    assert ORDER.problems(GOOD) == []
    ORDER.check(GOOD)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (3, "value: expected an object, found 3"),
        (with_change(label="lost"), 'label: "lost" is not allowed; allowed: "new", "paid"'),
        (with_change(items=[{"name": 3}]), "items[0].name: expected a string, found 3"),
        (
            with_change(items=[{"name": "tea", "size": "big"}]),
            'items[0].size: expected a whole number or null, found "big"',
        ),
        (
            with_change(items=[{"name": "tea", "colour": 1}]),
            "items[0].colour: there is no such field; the fields are name, size",
        ),
        (with_change(items=[{}]), "items[0].name: missing; the fields are name, size"),
        (with_change(items=[{"name": "t"}]), 'items[0].name: found "t", but minLength must be 2'),
        (with_change(score=True), "score: expected a number, found true"),
        (with_change(score=2), "score: found 2, but maximum must be 1"),
        (with_change(score=float("nan")), "score: expected a finite number, found nan"),
        (with_change(items=({},)), "items: expected a JSON value, found tuple"),
        (with_change(options={"a": "b"}), 'options.a: expected a whole number, found "b"'),
        ({1: "x"}, "value: the key 1 is not a string"),
    ],
)  # fmt: skip
def test_a_message_says_where_what_was_found_and_what_is_allowed(value: Any, message: str):
    assert message in ORDER.problems(value)


def test_check_raises_with_the_place_and_every_problem():
    with pytest.raises(SchemaError, match=r"^answer: label: missing.*; score: missing"):
        ORDER.check({"items": []}, where="answer")


def test_alternatives_speak_about_the_closest_one():
    schema = Schema.of({
        "type": "object",
        "properties": {"x": {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"a": {"type": "string"}}}]}},
    })  # fmt: skip
    assert schema.problems({"x": {"a": 1}}) == ["x.a: expected a string, found 1"]
    assert schema.problems({"x": 1}) == ["x: expected null or an object, found 1"]


def test_long_values_and_long_lists_are_cut_short():
    schema = Schema.of({"type": "object", "properties": {"x": {"enum": list(range(100))}}})
    (problem,) = schema.problems({"x": "y" * 500})
    assert len(problem) < 250
    assert "(100 in all)" in problem


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (3, "must be a DataModel class or a JSON Schema dict, got 3"),
        (int, "must be a DataModel class"),
        ({"type": "objekt"}, "type is no JSON Schema"),
        ({"type": "array"}, "the top level must be an object"),
        ({"properties": {}}, "the top level must be an object"),
        ({"type": "object", "properties": {"a": "string"}}, "properties.a is no JSON Schema"),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}}, "'#/$defs/A' leads nowhere"),
        ({"type": "object", "properties": {"a": {"$ref": "http://x/y"}}}, "is not inside the schema"),
        ({"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}}, "no regular expression"),
        ({"type": "object", "properties": {}, "required": ["a"]}, r"required names \['a'\]"),
        ({"type": "object", "properties": {"a": {"allOf": [{"properties": {}}, {"properties": {}}]}}}, "allOf joins"),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}, "leads in a circle"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_schema_is_refused_with_the_reason(source: Any, message: str):
    with pytest.raises(ConfigurationError, match=message.replace("$", r"\$")):
        Schema.of(source)


class Tree(DataModel):
    value: str
    children: list[Tree] = Field(default_factory=list)


def test_a_recursive_model_works():
    schema = Schema.of(Tree)
    assert list(schema.properties) == ["value", "children"]
    assert schema.problems({"value": "a", "children": [{"value": 1}]}) == [
        "children[0].value: expected a string, found 1"
    ]
    assert "children" in schema.describe()


def test_the_description_lists_fields_with_kind_choice_and_meaning():
    assert ORDER.describe() == (
        '- `label` (string, one of "new", "paid"): The state\n'
        "- `items` (list of object)\n"
        "  - `name` (string, at least 2 characters): What was ordered\n"
        "  - `size` (integer or null, may be left out)\n"
        "- `score` (number, at least 0, at most 1)\n"
        "- `options` (object, may be left out)"
    )


def test_a_field_put_first_is_required_and_written_first():
    schema = ORDER.with_field_first("thinking", {"type": "string"})
    assert next(iter(schema.properties)) == "thinking"
    assert schema.required[0] == "thinking"
    assert schema.problems(GOOD)
    assert not schema.problems({"thinking": "hm", **GOOD})
    with pytest.raises(ConfigurationError, match="there is a field 'label' already"):
        ORDER.with_field_first("label", {})


def test_a_subset_keeps_only_the_named_fields():
    schema = ORDER.subset(["items", "label"])
    assert list(schema.properties) == ["label", "items"]
    assert schema.problems({"label": "new", "items": [{"name": "tea"}]}) == []
    with pytest.raises(ConfigurationError, match="there is no field 'price'; the fields are label"):
        ORDER.subset(["price"])


def test_defaults_fill_the_fields_at_the_top_that_are_left_out():
    schema = Schema.of({"type": "object", "properties": {"a": {}, "tags": {"default": []}, "note": {"default": None}}})
    given = {"a": {"deep": 1}, "note": "x"}
    filled = schema.with_defaults(given)
    assert filled == {"a": {"deep": 1}, "note": "x", "tags": []}
    filled["tags"].append("mine")
    assert schema.with_defaults(given)["tags"] == []
    assert Schema.of(Order).with_defaults(given) is given


def test_data_models_refuse_unknown_fields_and_take_any_column_name():
    with pytest.raises(ValueError, match="Extra inputs"):
        Item(name="tea", colour="green")  # type: ignore[call-arg]

    class Row(DataModel):
        model_name: str

    assert Schema.of(Row).problems({"model_name": "x"}) == []


NAMES = st.text(min_size=1, max_size=8)
LEAVES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(lambda kind: {"type": kind}, st.sampled_from(["string", "integer", "number", "boolean", "null"])),
    st.builds(lambda values: {"enum": values}, st.lists(NAMES, min_size=1, unique=True)),
)


def objects(fields: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(NAMES, fields, min_size=1, max_size=4).flatmap(
        lambda properties: st.builds(
            lambda required: {"type": "object", "properties": properties, "required": required},
            st.lists(st.sampled_from(list(properties)), unique=True),
        )
    )


SCHEMAS = objects(
    st.recursive(LEAVES, lambda f: objects(f) | st.builds(lambda i: {"type": "array", "items": i}, f), max_leaves=6)
)


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema["type"]
    if kind == "object":
        needed = {name: values(sub) for name, sub in schema["properties"].items() if name in schema["required"]}
        others = {name: values(sub) for name, sub in schema["properties"].items() if name not in schema["required"]}
        return st.fixed_dictionaries(needed, optional=others)
    if kind == "array":
        return st.lists(values(schema["items"]), max_size=3)
    simple: dict[str, st.SearchStrategy[Any]] = {
        "string": st.text(max_size=5),
        "integer": st.integers(),
        "number": st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    return simple[kind]


@given(SCHEMAS.flatmap(lambda schema: st.tuples(st.just(schema), values(schema))))
def test_any_value_made_to_a_schema_fits_it_also_after_a_round_trip(case: tuple[dict[str, Any], Any]):
    schema = Schema.of(case[0])
    assert schema.problems(case[1]) == []
    again = Schema.from_json(json.loads(json.dumps(schema.to_json())))
    assert again == schema
    assert hash(again) == hash(schema)
    assert again.problems(case[1]) == []
    assert schema.describe() == again.describe()


@given(SCHEMAS.flatmap(lambda schema: st.tuples(st.just(schema), values(schema))), NAMES)
def test_an_unknown_key_or_a_missing_field_is_always_a_problem(case: tuple[dict[str, Any], Any], name: str):
    schema, value = Schema.of(case[0]), case[1]
    if name not in schema.properties:
        assert schema.problems({**value, name: 1})
    for field in schema.required:
        problems = schema.problems({key: item for key, item in value.items() if key != field})
        assert len(problems) == 1
        assert problems[0].startswith(f"{field}: missing")
