"""The law of the race, as pure functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.data.dataset import Sample
from optimizer_core.training.racing.race import has_won, hopeless, in_race_order
from optimizer_core.training.racing.sizes import race_size

ROWS = [Sample(id=str(i), inputs={"i": i}, target={"label": "ab"[i % 2]}) for i in range(8)]
differences = st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=60)


def test_failures_come_first_then_the_unknown_and_what_the_evidence_was_about_before_its_like():
    order = in_race_order(
        ROWS, failed={"3", "4", "6"}, unknown={"0", "1"}, mended={"b"}, target_of=lambda row: "ab"[int(row.id) % 2]
    )
    assert [row.id for row in order] == ["3", "4", "6", "1", "0", "5", "7", "2"]


@pytest.mark.parametrize(
    ("mended", "broken", "won"),
    [(1, 0, True), (2, 1, True), (5, 4, False), (0, 0, False), (3, 3, False), (1, 2, False)],
)
def test_a_lead_wins_if_it_is_not_mere_chance(mended, broken, won):
    assert has_won([1.0] * mended + [-1.0] * broken + [0.0] * 20) is won


@given(differences)
def test_nobody_wins_without_a_lead(paired):
    assert not (has_won(paired) and sum(paired) <= 0)


@given(differences)
def test_whoever_is_not_ahead_is_hopeless(paired):
    assert sum(paired) > 0 or hopeless(paired, failed=5, size=100, chunk=8)


def test_losing_at_the_rate_seen_so_far_is_hopeless_before_the_lead_is_gone():
    ahead = [1.0] * 4 + [0.0] * 4
    assert not hopeless([*ahead, *[0.0] * 8], failed=8, size=100, chunk=8)
    assert hopeless([*ahead, *[-1.0] * 2, *[0.0] * 6], failed=8, size=100, chunk=8)
    assert not hopeless([*ahead, *[-1.0] * 2, *[0.0] * 6], failed=8, size=24, chunk=8)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_race_is_longer_the_more_answers_vary_and_the_less_is_left_to_mend(spread, more, leader):
    assert race_size(spread, leader, chunk=8) >= 16
    assert race_size(min(1, spread + more), leader, chunk=8) >= race_size(spread, leader, chunk=8)
    assert race_size(spread, min(1, leader + more), chunk=8) >= race_size(spread, leader, chunk=8)


def test_the_size_of_a_race_is_the_formula():
    assert race_size(0.12, 0.0, chunk=8) == 21  # 0.12 · (1.3 / 0.1)²
    assert race_size(0.12, 0.94, chunk=8) == 507  # 0.12 · (1.3 / 0.02)²
