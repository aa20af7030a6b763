"""Results kept by the identity of what they were made of."""

from __future__ import annotations

import gc

from optimizer_core.data.by_identity import ByIdentity


def counting(capacity=256):
    made = []

    def make(source, *more):
        made.append((source["n"], *more))
        return [*made[-1]]

    return ByIdentity(make, capacity=capacity), made


def test_the_same_object_is_made_of_once_and_an_equal_one_again():
    kept, made = counting()
    one, equal = {"n": 1}, {"n": 1}
    assert kept(one) is kept(one)
    assert kept(equal) is not kept(one)
    assert made == [(1,), (1,)]


def test_further_arguments_keep_results_apart():
    kept, made = counting()
    one = {"n": 1}
    assert (kept(one, "a"), kept(one, "b"), kept(one, "a")) == ([1, "a"], [1, "b"], [1, "a"])
    assert len(made) == 2


def test_the_oldest_is_forgotten():
    kept, made = counting(capacity=2)
    sources = [{"n": n} for n in range(3)]
    for source in sources:
        kept(source)
    kept(sources[2])
    kept(sources[0])
    assert made == [(0,), (1,), (2,), (0,)]


def test_an_object_that_is_gone_lends_its_identity_to_nobody():
    kept, made = counting()
    for n in range(200):  # each would take the place in memory of the one before, were that not held
        assert kept({"n": n}) == [n]
        gc.collect(0)
    assert len(made) == 200
