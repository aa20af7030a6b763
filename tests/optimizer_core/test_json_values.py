"""JSON values: one canonical text, and texts that every encoder takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.budget import Usage
from optimizer_core.events import SampleResult
from optimizer_core.json_values import canonical_json, content_hash, fields_to_json, storable


def test_equal_objects_share_one_text_whatever_the_order_of_their_keys():
    assert canonical_json({"b": 1, "a": [True, None]}) == canonical_json({"a": [True, None], "b": 1})
    assert content_hash({"b": 1, "a": 2}) == content_hash({"a": 2, "b": 1})


def test_half_a_surrogate_pair_is_replaced_and_a_nul_goes():
    assert storable({"a\x00": ["x\ud83dy", 1, None]}) == {"a": ["x\ufffdy", 1, None]}


def test_a_whole_surrogate_pair_becomes_its_character():
    assert storable("\ud83d\ude00") == "😀"


@given(st.recursive(st.text(st.characters()) | st.integers() | st.none(), st.lists))
def test_what_is_storable_can_be_encoded_and_stays_as_it_is(value):
    once = storable(value)
    content_hash(once)
    assert storable(once) == once


def test_the_fields_of_a_record_are_shared_not_copied():
    usage = Usage(calls=2)
    result = SampleResult(sample="train-0", reward=1.0, output={"label": ["a"]})
    assert fields_to_json(usage)["calls"] == 2
    assert fields_to_json(result)["output"] is result.output
