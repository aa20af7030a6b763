"""Numbers written short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omegaweb.runs.samples.ranges import read_ranges, write_ranges


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([], ""), ([7], "7"), ([0, 1, 2, 5], "0-2,5"), ([5, 4, 3], "5,4,3"), ([2, 3, 2], "2-3,2")],
)
def test_neighbours_are_written_as_their_first_and_last(numbers: list[int], text: str) -> None:
    assert write_ranges(numbers) == text


@given(st.lists(st.integers(0, 300), max_size=50))
def test_what_is_written_can_be_read(numbers: list[int]) -> None:
    assert read_ranges(write_ranges(numbers), most=50) == numbers


@pytest.mark.parametrize("text", ["x", "1-", "-1", "1-2-3", "1.5", "²"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no number or range"):
        read_ranges(text, most=100)


@pytest.mark.parametrize("text", ["0-10", "0-4,5-9,10", "0-999999999"])
def test_no_more_are_made_than_may_be_asked_for(text: str) -> None:
    with pytest.raises(ValueError, match="more than 10"):
        read_ranges(text, most=10)
