"""Whatever a grammar allows, once read, fits the schema."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from omegaweb.embedded.gbnf import Chain, Characters, Literal, Node, OneOf, Repeat
from omegaweb.embedded.grammar import MAX_TEXT, UnsupportedSchema, field_of

#: Stand for a character class; awkward ones first.
SAMPLES = {
    "[0-9]": "0519",
    "[1-9]": "19",
    r'[^"\\\x00-\x1f]': " a{},:'é漢",
    r"[^\x00-\x1f]": ' a"\\é漢',
    r"[^\x00-\x20]": 'a"\\:é漢',
}


def texts_of(node: Node) -> st.SearchStrategy[str]:
    """Every text the grammar allows (characters only from SAMPLES)."""
    match node:
        case Literal(text):
            return st.just(text)
        case Characters(pattern):
            return st.sampled_from(SAMPLES[pattern])
        case OneOf(options):
            return st.one_of([texts_of(option) for option in options])
        case Chain(parts):
            return st.tuples(*[texts_of(part) for part in parts]).map("".join)
        case Repeat(inner, least, most):
            return st.lists(texts_of(inner), min_size=least, max_size=min(most, least + 6)).map("".join)


def bounds(low: str, high: str, numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Either bound or both, never crossed."""
    pairs = st.tuples(numbers, numbers).map(sorted)
    return pairs.flatmap(
        lambda pair: st.sampled_from([{}, {low: pair[0]}, {high: pair[1]}, {low: pair[0], high: pair[1]}])
    )


lengths = bounds("minLength", "maxLength", st.integers(1, 30))
whole = bounds("minimum", "maximum", st.integers(-10_000, 10_000))
decimal = bounds("minimum", "maximum", st.floats(-1e4, 1e4).map(lambda x: round(x, 2)))
simple = st.one_of(
    st.builds(lambda b: {"type": "string", **b}, lengths),
    st.builds(lambda b: {"type": "integer", **b}, whole),
    st.builds(lambda b: {"type": "number", **b}, decimal),
    st.just({"type": "boolean"}),
    st.just({"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 9}),
    st.just({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
    st.just({"const": 'a "quoted" thing'}),
    st.lists(st.one_of(st.text(max_size=5), st.integers(), st.booleans(), st.none()), min_size=1, max_size=5).map(
        lambda values: {"enum": values}
    ),
)
items = bounds("minItems", "maxItems", st.integers(0, 4))
schemas = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds(lambda one, b: {"type": "array", "items": one, **b}, inner, items),
        st.dictionaries(st.text(min_size=1, max_size=4), inner, max_size=3).map(
            lambda members: {
                "type": "object",
                "properties": members,
                "required": list(members),
                "additionalProperties": False,
            }
        ),
        st.lists(inner, min_size=2, max_size=3).map(lambda options: {"anyOf": options}),
    ),
    max_leaves=4,
)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), schema=schemas)
def test_whatever_the_grammar_allows_fits_the_schema(data, schema):
    try:
        field = field_of(schema, schema)
    except UnsupportedSchema:
        return  # nested deeper than is supported
    text = data.draw(texts_of(field.grammar))
    value = field.read(text)
    assert not list(Draft202012Validator(schema).iter_errors(value)), (text, value)


def test_texts_have_an_upper_bound_even_where_the_schema_names_none():
    assert f"{{0,{MAX_TEXT - 1}}}" in field_of({"type": "string"}, {}).gbnf()


def test_a_short_range_of_whole_numbers_becomes_a_list_of_choices():
    assert field_of({"type": "integer", "minimum": 1, "maximum": 5}, {}).choices == ("1", "2", "3", "4", "5")


def test_references_are_followed():
    root = {"$defs": {"Queue": {"enum": ["a", "b"]}}}
    assert field_of({"$ref": "#/$defs/Queue"}, root).choices == ("a", "b")
    assert field_of({"allOf": [{"$ref": "#/$defs/Queue"}]}, root).choices == ("a", "b")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"enum": []}, "empty list"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "no number lies"),
        ({"type": "string", "minLength": 9, "maxLength": 3}, "more than"),
        ({"$ref": "#/$defs/Missing"}, "points nowhere"),
        ({"$ref": "#/$defs/Loop"}, "itself"),
    ],
)
def test_schemas_nothing_can_fit_are_refused_with_a_reason(schema, message):
    root = {"$defs": {"Loop": {"$ref": "#/$defs/Loop"}}}
    with pytest.raises(UnsupportedSchema, match=message):
        field_of(schema, root)
