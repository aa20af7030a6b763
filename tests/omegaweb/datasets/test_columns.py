"""What the columns of a table are guessed to be for."""

from __future__ import annotations

import pytest

from omegaweb.datasets.columns import guess_roles
from omegaweb.datasets.models import Column


def column(name: str, *, distinct: int) -> Column:
    return {"name": name, "type": "text", "examples": [], "distinct": distinct, "blank": 0}


@pytest.mark.parametrize("name", ["id", "review_id", "Order ID", "row_uuid"])
def test_numbers_that_only_name_a_row_are_left_out(name):
    columns = [column(name, distinct=51), column("review", distinct=51), column("sentiment", distinct=3)]

    assert guess_roles(columns, 300) == {name: "ignore", "review": "input", "sentiment": "target"}


def test_a_word_that_ends_alike_is_an_input():
    columns = [column("humid", distinct=2), column("label", distinct=3)]

    assert guess_roles(columns, 300) == {"humid": "input", "label": "target"}
