"""The leaves of a JSON object, by path."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer_core.rewards.leaves import leaves


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({}, {}),
        ({"a": 1, "b": None}, {"a": 1, "b": None}),
        ({"items": [{"name": "x"}, {"name": "y"}]}, {"items[0].name": "x", "items[1].name": "y"}),
        ({"a": {}, "b": [], "c": [[]]}, {"a": {}, "b": [], "c[0]": []}),
        ({"": {"": 1}}, {"": 1}),
        (["x"], {"[0]": "x"}),
        ([], {"": []}),
        ("x", {"": "x"}),
    ],
)
def test_every_leaf_has_its_path_and_what_is_empty_is_a_leaf(value: Any, found: dict[str, Any]):
    assert leaves(value) == found
