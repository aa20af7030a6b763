"""What the columns of a table are guessed to be for."""

from __future__ import annotations

import pytest

from omegaweb.datasets.columns import guess_roles
from omegaweb.datasets.models import Column


def column(name: str, *, distinct: int, blank: int = 0) -> Column:
    return {"name": name, "type": "text", "examples": [], "distinct": distinct, "blank": blank}


@pytest.mark.parametrize("name", ["id", "review_id", "Order ID", "row_uuid"])
def test_numbers_that_only_name_a_row_are_left_out(name):
    columns = [column(name, distinct=51), column("review", distinct=51), column("sentiment", distinct=3)]

    assert guess_roles(columns, 300) == {name: "ignore", "review": "input", "sentiment": "target"}


def test_a_word_that_ends_alike_is_an_input():
    columns = [column("humid", distinct=2), column("label", distinct=3)]

    assert guess_roles(columns, 300) == {"humid": "input", "label": "target"}


def test_what_is_the_same_in_all_rows_is_neither_read_nor_answered():
    columns = [column("system", distinct=1), column("ticket", distinct=40), column("team", distinct=3)]
    columns += [column("done", distinct=1)]

    assert guess_roles(columns, 48) == {"system": "ignore", "ticket": "input", "team": "target", "done": "ignore"}
    assert guess_roles(columns, 2)["system"] == "input"


def test_a_label_that_is_always_the_same_is_still_the_target():
    assert guess_roles([column("ticket", distinct=40), column("label", distinct=1)], 48)["label"] == "target"


@pytest.mark.parametrize("name", ["label", "remark"])
def test_a_column_that_is_mostly_blank_is_no_target_beside_a_full_one(name: str):
    columns = [column("ticket", distinct=45), column("team", distinct=5), column(name, distinct=3, blank=24)]

    assert guess_roles(columns, 45)["team"] == "target"


@pytest.mark.parametrize(("rows", "blank"), [(45, 24), (300, 160)])
def test_a_label_with_blanks_is_more_like_a_target_than_free_text(rows: int, blank: int):
    columns = [column("label", distinct=3, blank=blank), column("ticket", distinct=min(rows, 51))]

    assert guess_roles(columns, rows)["label"] == "target"
