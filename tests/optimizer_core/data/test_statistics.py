"""Intervals are honest: never without width, wider with fewer samples, and around the mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.data.statistics import mean_interval, paired_difference, paired_test, verdict

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


@pytest.mark.parametrize(
    # 2·P(X ≤ min) of a binomial with one half: 2/2^6, 2·(1+10+45)/2^10, and every pair a tie.
    ("won", "lost", "tied", "p_value"),
    [(6, 0, 4, 0.03125), (8, 2, 0, 0.109375), (3, 3, 1, 1.0), (0, 0, 9, 1.0), (0, 1, 0, 1.0)],
)
def test_answers_right_or_wrong_get_mcnemars_exact_test(won, lost, tied, p_value):
    test = paired_test([0.0] * won + [1.0] * (lost + tied), [1.0] * won + [0.0] * lost + [1.0] * tied)
    assert (test.name, test.better, test.worse, test.n) == ("mcnemar", won, lost, won + lost + tied)
    assert test.p_value == pytest.approx(p_value)


def test_mcnemar_knows_many_pairs():
    # The value of scipy.stats.binomtest(40, 100).pvalue, and no overflow for thousands of pairs.
    assert paired_test([0.0] * 60 + [1.0] * 40, [1.0] * 60 + [0.0] * 40).p_value == pytest.approx(0.0568879, abs=1e-6)
    assert paired_test([0.0] * 3000, [1.0] * 3000).p_value == 0.0


def test_darwins_maize_gets_fishers_p_value():
    # Fisher (The Design of Experiments, 1935, §21): 1726 of 2^15 sign assignments reach Darwin's total of 314.
    # 15 pairs are drawn here, not enumerated, so the value is near it.
    differences = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    test = paired_test([0.5] * 15, [0.5 + difference / 200 for difference in differences])
    assert test.name == "permutation"
    assert test.p_value == pytest.approx(1726 / 2**15, abs=0.01)


def test_few_differences_are_enumerated():
    assert paired_test([0.1, 0.2, 0.3, 0.5], [0.4, 0.5, 0.6, 0.5]).p_value == pytest.approx(2 / 2**3)


def test_no_p_value_of_a_permutation_is_zero():
    assert paired_test([0.1] * 40, [0.9] * 40).p_value == pytest.approx(1 / 10_001)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=10))
def test_a_paired_test_does_not_know_which_side_came_first(pairs):
    before, after = zip(*pairs, strict=True)
    there, back = paired_test(before, after), paired_test(after, before)
    assert 0 < there.p_value <= 1
    assert there.p_value == pytest.approx(back.p_value)
    assert (there.better, there.worse) == (back.worse, back.better)


def test_an_interval_without_its_test_is_no_improvement():
    before, after = [0.0] * 5 + [1.0] * 5, [1.0] * 10
    assert paired_test(before, after).p_value == 0.0625
    assert verdict(paired_difference(before, after), paired_test(before, after)) == "no_reliable_improvement"
