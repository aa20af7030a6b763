"""Masks (F85, D15): exact names, dotted paths, whole sub-trees, patterns."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.rewards import Mask

VALUE: dict[str, Any] = {
    "answer": {"value": 3},
    "answers": [1],
    "answer_1": "x",
    "order": {"items": [{"name": "tea", "price": 2}, {"name": "cup", "price": 5}], "note": "n"},
    "a.b": 1,
}


@pytest.mark.parametrize(
    ("mask", "left"),
    [
        (Mask(), VALUE),
        (Mask(in_mask=["answer"]), {"answer": {"value": 3}}),
        (Mask(in_mask=["order.note"]), {"order": {"note": "n"}}),
        (Mask(in_mask=["order.items.price"]), {"order": {"items": [{"price": 2}, {"price": 5}]}}),
        (Mask(in_mask=["order"], out_mask=["order.items.price"]),
         {"order": {"items": [{"name": "tea"}, {"name": "cup"}], "note": "n"}}),
        (Mask(in_mask=["a.b"]), {"a.b": 1}),
        (Mask(in_mask_pattern="^answer"), {key: VALUE[key] for key in ("answer", "answers", "answer_1")}),
        (Mask(in_mask=["order.note"], in_mask_pattern="_1$"), {"answer_1": "x", "order": {"note": "n"}}),
        (Mask(in_mask_pattern="^answer", out_mask=["answer"]), {"answers": [1], "answer_1": "x"}),
        (Mask(out_mask_pattern="answer|order"), {"a.b": 1}),
        (Mask(in_mask=["nothing"]), {}),
        (Mask(in_mask=["answer.nothing"]), {}),
    ],
)  # fmt: skip
def test_F85_what_a_mask_leaves(mask: Mask, left: dict[str, Any]):
    before = copy.deepcopy(VALUE)
    assert mask.apply(VALUE) == left
    assert before == VALUE


@pytest.mark.parametrize("value", ["answer", [], [""], [1], 3])
@pytest.mark.parametrize("setting", ["in_mask", "out_mask"])
def test_a_mask_must_be_a_list_of_names(setting: str, value: Any):
    with pytest.raises(ConfigurationError, match=f"{setting}=.* must be a list of field names"):
        Mask(**{setting: value})


def test_a_pattern_must_be_a_regular_expression():
    with pytest.raises(ConfigurationError, match="must be a regular expression"):
        Mask(in_mask_pattern="(")


OUTPUTS = Schema.of({"type": "object", "properties": {"answer": {"type": "object"}, "note": {"type": "string"}}})


@pytest.mark.parametrize(
    "mask",
    [Mask(in_mask=["label"]), Mask(out_mask=["answer", "note"]), Mask(out_mask_pattern="."), Mask(in_mask_pattern="x")],
)
def test_a_mask_that_leaves_nothing_of_the_outputs_is_found_before_any_call(mask: Mask):
    with pytest.raises(ConfigurationError, match="leave nothing of the outputs; the fields are answer, note"):
        mask.check(OUTPUTS)


@pytest.mark.parametrize("mask", [Mask(), Mask(in_mask=["answer.value"]), Mask(out_mask=["answer.value"])])
def test_a_mask_that_may_leave_something_passes(mask: Mask):
    mask.check(OUTPUTS)


KEYS = st.sampled_from(["a", "b", "c", "a_1", "as"])
TREES = st.recursive(
    st.integers() | st.text(max_size=3), lambda t: st.dictionaries(KEYS, t, max_size=3) | st.lists(t, max_size=3)
)
OBJECTS = st.dictionaries(KEYS, TREES, max_size=4)
NAMES = st.lists(KEYS, min_size=1, unique=True)


@given(OBJECTS, NAMES)
def test_keeping_and_dropping_the_same_names_divides_the_object(value: dict[str, Any], names: list[str]):
    kept, dropped = Mask(in_mask=names).apply(value), Mask(out_mask=names).apply(value)
    assert {**kept, **dropped} == value
    assert not set(kept) & set(dropped)
    assert all(kept[name] == value[name] for name in names if name in value)


@given(OBJECTS, NAMES, NAMES)
def test_a_mask_applied_twice_changes_nothing_more(value: dict[str, Any], keep: list[str], drop: list[str]):
    mask = Mask(in_mask=keep, out_mask=drop)
    assert mask.apply(mask.apply(value)) == mask.apply(value)


@given(OBJECTS, NAMES)
def test_a_pattern_of_whole_names_is_the_list_of_names(value: dict[str, Any], names: list[str]):
    pattern = f"^({'|'.join(names)})$"
    assert Mask(in_mask_pattern=pattern).apply(value) == Mask(in_mask=names).apply(value)
    assert Mask(out_mask_pattern=pattern).apply(value) == Mask(out_mask=names).apply(value)
