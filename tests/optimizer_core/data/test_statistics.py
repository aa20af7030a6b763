"""Intervals are honest: never without width, wider with fewer samples, and around the mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.data.statistics import mean_interval, paired_difference, verdict

rewards = st.lists(st.floats(0, 1), min_size=2, max_size=40)


@given(rewards)
def test_the_interval_holds_the_mean_and_has_a_width(values):
    interval = mean_interval(values)
    assert interval.low <= interval.mean <= interval.high
    assert interval.high - interval.low > 0
    assert interval.n == len(values)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634)]
)
def test_yes_and_no_get_wilsons_interval(right, n, low, high):
    interval = mean_interval([1.0] * right + [0.0] * (n - right))
    assert interval.low == pytest.approx(low, abs=1e-4)
    assert interval.high == pytest.approx(high, abs=1e-4)


def test_one_sample_tells_nothing():
    assert (mean_interval([1.0]).low, mean_interval([1.0]).high) == (0.0, 1.0)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4])
def test_a_handful_of_rows_never_proves_an_improvement(n):
    assert verdict(paired_difference([0.0] * n, [1.0] * n)) == "no_reliable_improvement"


def test_tiny_equal_gains_on_few_rows_prove_nothing():
    assert verdict(paired_difference([0.5] * 3, [0.52] * 3)) == "no_reliable_improvement"


def test_many_fixed_rows_are_an_improvement_and_many_broken_ones_a_loss():
    before, after = [0.0] * 20 + [1.0] * 20, [1.0] * 20 + [1.0] * 20
    assert verdict(paired_difference(before, after)) == "improved"
    assert verdict(paired_difference(after, before)) == "worse"


def test_lists_of_different_length_cannot_be_paired():
    with pytest.raises(ValueError, match="zip"):
        paired_difference([1.0], [])
