"""The population: clones, rank, bans; and the choice of parents."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.data.candidate import Candidate
from optimizer_core.population.population import Population
from optimizer_core.population.selection import SELECTIONS, select, select_many, softmax


def candidate(text, operator="mutation"):
    return Candidate(content={"v": {"instructions": text, "examples": []}}, operator=operator)


def rewards(*values, start=0):
    return {f"validation-{start + i}": value for i, value in enumerate(values)}


def test_f54_the_rank_is_by_the_cautious_score():
    population = Population(uncertainty=0.25)
    few = population.add(candidate("few"), rewards(1.0))
    many = population.add(candidate("many"), rewards(*[0.9] * 16))
    assert population.ranked() == [many, few]
    assert population.score(many) == pytest.approx(0.9 - 0.25 / 4)


def test_f54_no_uncertainty_ranks_by_the_plain_mean():
    population = Population(uncertainty=0.0)
    few = population.add(candidate("few"), rewards(1.0))
    population.add(candidate("many"), rewards(*[0.9] * 16))
    assert population.best is few


def test_ties_go_to_more_samples_then_to_the_newer():
    population = Population(uncertainty=0.0)
    old = population.add(candidate("old"), rewards(0.5))
    more = population.add(candidate("more"), rewards(0.5, 0.5))
    new = population.add(candidate("new"), rewards(0.5))
    assert population.ranked() == [more, new, old]
    assert population.best is more


def test_f59_a_clone_is_the_same_member_and_each_sample_counts_once():
    population = Population()
    population.add(candidate("same"), rewards(1.0, 0.0))
    member = population.add(candidate("same", "crossover"), {**rewards(0.0), **rewards(1.0, 1.0, start=2)})
    assert len(population) == 1
    assert (member.running.count, member.running.mean) == (4, 0.75)


def test_a_banned_candidate_never_comes_back():
    population = Population()
    member = population.add(candidate("bad"), rewards(1.0))
    population.ban(member.id)
    assert member.id not in population
    with pytest.raises(ValueError, match="rejected"):
        population.add(candidate("bad"), rewards(1.0))


def test_children_become_parents_after_a_competition():
    population = Population()
    start = population.add(candidate("start"), rewards(0.1), settled=True)
    child = population.add(candidate("child"), rewards(0.9))
    assert population.parents() == [start]
    population.keep([child.id])
    assert population.parents() == [child]


@given(st.permutations([0.1, 0.2, 0.3, 0.7]))
def test_the_mean_does_not_depend_on_the_order_of_answers(values):
    population = Population()
    names = {0.1: "a", 0.2: "b", 0.3: "c", 0.7: "d"}
    for value in values:
        member = population.add(candidate("x"), {names[value]: value})
    assert member.running.mean == math.fsum([0.1, 0.2, 0.3, 0.7]) / 4


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.floats(1e-3, 1e3))
def test_softmax_is_a_distribution_that_rises_with_the_value(values, temperature):
    weights = softmax(values, temperature)
    assert sum(weights) == pytest.approx(1)
    by_value = [weight for _, weight in sorted(zip(values, weights, strict=True))]
    assert by_value == sorted(by_value)


def test_softmax_has_the_golden_numbers():
    assert softmax([-0.2, -0.9], 0.3) == pytest.approx([0.9116, 0.0884], abs=1e-4)


def test_f41_best_takes_the_first_highest_and_touches_no_chance():
    rng = random.Random(0)
    before = rng.getstate()
    assert select([0.2, 0.9, 0.9], "best", temperature=0.3, rng=rng) == 1
    assert rng.getstate() == before


def test_f41_softmax_draws_by_weight_and_random_does_not():
    rng = random.Random(0)
    soft = Counter(select([1.0, 0.0], "softmax", temperature=0.5, rng=rng) for _ in range(4000))
    flat = Counter(select([1.0, 0.0], "random", temperature=0.5, rng=rng) for _ in range(4000))
    assert soft[0] / 4000 == pytest.approx(math.e**2 / (1 + math.e**2), abs=0.02)
    assert flat[0] / 4000 == pytest.approx(0.5, abs=0.03)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=12),
    st.integers(0, 14),
    st.sampled_from(SELECTIONS),
    st.sampled_from([1e-6, 0.3, 100.0]),
)
def test_many_are_drawn_without_repetition_even_at_tiny_temperatures(scores, count, how, temperature):
    drawn = select_many(scores, count, how, temperature=temperature, rng=random.Random(1))
    assert len(drawn) == len(set(drawn)) == min(count, len(scores))
    if count >= len(scores):
        assert drawn == list(range(len(scores)))
