"""Figures in words."""

from __future__ import annotations

import pytest

from omegaweb.runs.wording import difference, signed, two_figures


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.125, "+0.13"), (-0.125, "−0.13"), (0.425 - 0.4, "+0.03"), (0.0, "0.00"), (-0.001, "0.00"), (None, "")],
)
def test_a_difference_is_rounded_as_the_rewards_are(value: float | None, shown: str):
    assert signed(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "no difference"), (1e-17, "no difference"), (0.004, "+0.004"), (-0.004, "−0.004"), (0.1, "+0.10")],
)
def test_no_difference_is_told_in_words_and_a_small_one_is_one(value: float, shown: str):
    assert difference(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.00"), (0.333, "0.33"), (0.0042, "0.004"), (0.001, "0.001"), (7e-06, "less than 0.001")],
)
def test_a_small_distance_is_a_plain_decimal(value: float, shown: str):
    assert two_figures(value) == shown
