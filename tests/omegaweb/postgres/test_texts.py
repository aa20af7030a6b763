"""Texts that PostgreSQL takes, whatever a model wrote."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from omegaweb.postgres.texts import json_text, without_nul
from optimizer_core.json_values import storable

parts = st.sampled_from(["\x00", "\\", "u0000", '"', "\ud83d", "\ude00", "é", "a"])
texts = st.lists(parts, max_size=8).map("".join)
values = st.recursive(texts | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(texts, inner))


@given(value=values)
def test_json_holds_what_any_database_takes(value):
    text = json_text(value, None)
    text.encode()
    assert "\x00" not in text
    assert _without_names_that_became_one(json.loads(text)) == _without_names_that_became_one(storable(value))


def test_a_nul_goes_and_what_only_looks_like_one_stays():
    assert json_text({"a": "x\x00y", "b": "\\u0000", "c": "\\\x00"}, None) == r'{"a": "xy", "b": "\\u0000", "c": "\\"}'
    assert without_nul("x\x00y") == "xy"


def test_members_keep_their_order_and_numbers_their_kind():
    assert json_text({"b": 1e16, "a": 1.0, "aa": 1}, None) == '{"b": 1e+16, "a": 1.0, "aa": 1}'


def _without_names_that_became_one(value):
    """Two names that differ by a NUL are one afterwards: only the names are compared."""
    if isinstance(value, dict):
        return sorted(value)
    return [_without_names_that_became_one(item) for item in value] if isinstance(value, list) else value
