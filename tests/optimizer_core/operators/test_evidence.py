"""Evidence: which predictions a proposal is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.operators.evidence import HardExampleMemory, ScoredPrediction, split_predictions


def prediction(number, reward, **more):
    return ScoredPrediction(inputs={"n": number}, output={"o": number}, target=None, reward=reward, **more)


def numbers(predictions):
    return [item.inputs["n"] for item in predictions]


def test_f55_f56_the_best_and_of_the_rest_the_worst_first():
    batch = [prediction(i, reward) for i, reward in enumerate([0.5, 0.0, 1.0, 0.2, 0.9])]
    good, bad = split_predictions(batch, best=1, worst=3)
    assert numbers(good) == [2]
    assert numbers(bad) == [1, 3, 0]


def test_where_a_least_reward_is_asked_for_no_failure_counts_as_good():
    good, bad = split_predictions([prediction(i, r) for i, r in enumerate([0.0, 1.0, 0.5])], best=5, worst=4, least=1)
    assert (numbers(good), numbers(bad)) == ([1], [0, 2])


@given(st.lists(st.floats(0, 1), max_size=8), st.integers(0, 4), st.integers(0, 4))
def test_good_and_bad_never_overlap(rewards, best, worst):
    good, bad = split_predictions([prediction(i, r) for i, r in enumerate(rewards)], best=best, worst=worst)
    assert not set(numbers(good)) & set(numbers(bad))
    assert len(good) == min(best, len(rewards))
    assert len(bad) == min(worst, len(rewards) - len(good))


def test_f57_f58_hard_examples_are_those_seen_often_with_the_lowest_mean():
    memory = HardExampleMemory()
    memory.observe([prediction(1, 0.0), prediction(2, 0.4), prediction(3, 0.0)])
    memory.observe([prediction(1, 1.0, feedback="new"), prediction(2, 0.4), prediction(4, 0.1)])
    hard = memory.hardest(5, min_observations=2)
    assert numbers(hard) == [2, 1]
    assert (hard[1].reward, hard[1].observations, hard[1].feedback) == (0.5, 2, "new")
    assert numbers(memory.hardest(1, min_observations=1)) == [3]
    assert numbers(memory.hardest(5, min_observations=1, without=[prediction(3, 0.0)])) == [4, 2, 1]
    assert memory.hardest(0, min_observations=1) == ()


def test_the_easiest_are_forgotten_first_and_the_rest_survives_json():
    memory = HardExampleMemory(limit=2)
    memory.observe([prediction(1, 1.0), prediction(2, 0.0), prediction(3, 0.5)])
    again = HardExampleMemory(limit=2)
    again.restore(memory.to_json())
    assert numbers(again.hardest(5, min_observations=1)) == [2, 3]
