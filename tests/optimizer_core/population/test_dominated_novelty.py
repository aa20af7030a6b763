"""The laws of survival: golden examples of the reference, and what must hold for every population."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.population.dominated_novelty import by_fitness, by_novelty, by_radius, dense

NAMES = "ABCD"
FITNESS = [0.9, 0.8, 0.5, 0.4]
PLACES = np.array([0.0, 0.05, 0.6, 0.62])
GOLDEN = dense(np.abs(PLACES[:, None] - PLACES))

populations = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=n, max_size=n).map(
            lambda values: sorted(values, reverse=True)
        ),
        st.lists(st.floats(0, 1), min_size=n * n, max_size=n * n).map(lambda d: _symmetric(np.array(d), n)),
        st.integers(1, 10),
        st.integers(1, 12),
    )
)


def _symmetric(values, n):
    matrix = np.triu(values.reshape(n, n), 1)
    return matrix + matrix.T


def kept(standings):
    return [NAMES[i] for i, standing in enumerate(standings) if standing.kept]


@pytest.mark.parametrize(("k", "survivors"), [(1, "A"), (2, "AC"), (3, "AC"), (5, "AC"), (10, "AC")])
def test_f46_the_radius_rule_keeps_what_the_reference_keeps(k, survivors):
    assert kept(by_radius(FITNESS, GOLDEN, k_nearest_fitter=k, size=10)) == list(survivors)


@pytest.mark.parametrize(
    ("k", "novelty"),
    [
        (1, [None, 0.05, 0.55, 0.02]),
        (2, [None, 0.05, 0.575, 0.295]),
        (3, [None, 0.05, 0.575, 0.40333]),
        (9, [None, 0.05, 0.575, 0.40333]),
    ],
)
def test_f46_the_rank_rule_measures_what_the_reference_measures(k, novelty):
    standings = by_novelty(FITNESS, GOLDEN, k_nearest_fitter=k, size=10)
    assert [s.novelty for s in standings] == [
        value if value is None else pytest.approx(value, abs=1e-5) for value in novelty
    ]


@pytest.mark.parametrize(("k", "order"), [(1, "ACBD"), (2, "ACDB"), (3, "ACDB")])
def test_f46_the_rank_rule_cuts_in_the_order_of_the_reference(k, order):
    for size in range(1, 5):
        standings = by_novelty(FITNESS, GOLDEN, k_nearest_fitter=k, size=size)
        assert sorted(kept(standings)) == sorted(order[:size])


def test_the_radius_is_exactly_one_over_k():
    at = dense(np.array([[0.0, 0.2], [0.2, 0.0]]))
    below = dense(np.array([[0.0, np.nextafter(0.2, 0)], [np.nextafter(0.2, 0), 0.0]]))
    assert by_radius([1.0, 0.5], at, k_nearest_fitter=5, size=2)[1].kept
    assert not by_radius([1.0, 0.5], below, k_nearest_fitter=5, size=2)[1].kept


def test_a_dominated_candidate_knows_its_nearest_dominator():
    standing = by_radius(FITNESS, GOLDEN, k_nearest_fitter=5, size=10)[3]
    assert (standing.kept, standing.reason, standing.by) == (False, "dominated", 2)
    assert standing.distance == pytest.approx(0.02)


def test_equals_never_dominate_each_other():
    clones = dense(np.zeros((3, 3)))
    assert all(s.kept for s in by_radius([0.5, 0.5, 0.5], clones, k_nearest_fitter=1, size=3))
    assert all(s.novelty is None for s in by_novelty([0.5, 0.5, 0.5], clones, k_nearest_fitter=1, size=3))


def test_f47_survivors_are_cut_at_the_population_size_by_rank():
    far = dense(1.0 - np.eye(4))
    standings = by_radius(FITNESS, far, k_nearest_fitter=5, size=2)
    assert [s.reason for s in standings] == ["fittest", "not_dominated", "truncated", "truncated"]
    assert [s.reason for s in by_fitness(FITNESS, size=3)] == ["fittest", "ranked", "ranked", "truncated"]


@pytest.mark.parametrize("law", [by_radius, by_novelty])
def test_a_lonely_candidate_stays(law):
    assert law([0.1], dense(np.zeros((1, 1))), k_nearest_fitter=5, size=1)[0].reason == "only_one"


@given(populations)
def test_f48_the_fittest_survives_under_every_law(population):
    fitness, matrix, k, size = population
    for standings in (
        by_radius(fitness, dense(matrix), k_nearest_fitter=k, size=size),
        by_novelty(fitness, dense(matrix), k_nearest_fitter=k, size=size),
        by_fitness(fitness, size=size),
    ):
        assert standings[0].kept
        assert 1 <= sum(s.kept for s in standings) <= size


@given(populations)
def test_the_radius_law_is_the_seed_document_word_for_word(population):
    fitness, matrix, k, size = population
    n = range(len(fitness))
    survivors = [c for c in n if not any(matrix[c, o] < 1.0 / k and fitness[o] > fitness[c] for o in n if o != c)] or [
        0
    ]
    found = by_radius(fitness, dense(matrix), k_nearest_fitter=k, size=size)
    assert [i for i, s in enumerate(found) if s.kept] == survivors[:size]


@given(populations)
def test_novelty_is_the_mean_over_the_k_nearest_fitter_ones(population):
    fitness, matrix, k, size = population
    for i, standing in enumerate(by_novelty(fitness, dense(matrix), k_nearest_fitter=k, size=size)):
        fitter = sorted(matrix[i, j] for j in range(len(fitness)) if fitness[j] > fitness[i])[:k]
        if len(fitness) > 1 and fitter:
            assert standing.novelty == pytest.approx(sum(fitter) / len(fitter))
        else:
            assert standing.novelty is None


@given(populations)
def test_a_smaller_radius_never_removes_more(population):
    fitness, matrix, k, _ = population
    wide = by_radius(fitness, dense(matrix), k_nearest_fitter=k, size=99)
    narrow = by_radius(fitness, dense(matrix), k_nearest_fitter=k + 1, size=99)
    assert all(after.kept for before, after in zip(wide, narrow, strict=True) if before.kept)


@pytest.mark.parametrize("law", [by_radius, by_novelty])
def test_a_thousand_candidates_take_less_than_a_tenth_of_a_second(law):
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((1000, 256)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    fitness = sorted(rng.random(1000), reverse=True)
    times = []
    for _ in range(5):  # the quickest counts, other work on the machine does not
        began = time.process_time()
        law(
            fitness, lambda start, stop, to: (1 - vectors[start:stop] @ vectors[:to].T) / 2, k_nearest_fitter=5, size=10
        )
        times.append(time.process_time() - began)
    assert min(times) < 0.1
