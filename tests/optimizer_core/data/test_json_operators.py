"""Answers that may be missing are joined by four rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.data.json_operators import json_and, json_concat, json_not, json_or, json_xor
from optimizer_core.errors import SchemaError

objects = st.dictionaries(st.sampled_from(["a", "b", "a_1", "a_2"]), st.integers(0, 9), max_size=4)
maybe = st.none() | objects


def test_F105_equal_names_get_the_next_free_number():
    assert json_concat({"a": 1}, {"a": 2}) == {"a": 1, "a_1": 2}
    assert json_concat(json_concat({"a": 1}, {"a": 2}), {"a": 3, "b": 4}) == {"a": 1, "a_1": 2, "a_2": 3, "b": 4}


def test_F105_joining_needs_both():
    with pytest.raises(SchemaError, match="missing"):
        json_concat({"a": 1}, None)


@given(maybe, maybe)
def test_F105_the_truth_tables(one, other):
    there = (one is not None, other is not None)
    assert (json_and(one, other) is not None) == all(there)
    assert (json_or(one, other) is not None) == any(there)
    assert (json_xor(one, other) is not None) == (there[0] != there[1])
    assert (json_not(one) is not None) != there[0]


@given(objects, objects)
def test_F105_no_value_is_ever_lost(one, other):
    joined = json_concat(one, other)
    assert sorted(joined.values()) == sorted([*one.values(), *other.values()])
    assert list(joined.items())[: len(one)] == list(one.items())


@given(objects, maybe)
def test_F105_and_not_keeps_the_first_where_the_second_is_missing(one, other):
    assert json_and(one, json_not(other)) == (one if other is None else None)
