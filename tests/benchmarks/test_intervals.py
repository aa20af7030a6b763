"""The interval of ratios that were measured in pairs."""

from __future__ import annotations

import pytest

from benchmarks.intervals import with_interval


def test_equal_ratios_leave_no_doubt():
    assert with_interval([1.1, 1.1, 1.1]) == pytest.approx((1.1, 1.1, 1.1))


def test_a_ratio_and_its_inverse_say_one_and_the_interval_holds_it():
    middle, low, high = with_interval([2.0, 0.5])
    assert middle == pytest.approx(1.0)
    assert low < 0.5
    assert high > 2.0


def test_more_pairs_make_it_narrower():
    _, low, high = with_interval([1.0, 1.2] * 2)
    _, narrow_low, narrow_high = with_interval([1.0, 1.2] * 10)
    assert low < narrow_low < narrow_high < high
