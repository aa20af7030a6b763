"""Few-shot examples: the sampling law of the reference, section 3."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.errors import NoProposal
from optimizer_core.operators.few_shot import FewShotPool, PooledPrediction, draw_examples


def pool(*rewards):
    return [
        PooledPrediction(variable="v", inputs={"n": i}, outputs={"o": i}, reward=reward)
        for i, reward in enumerate(rewards)
    ]


def draw(predictions, *, least=1, most=3, sampling="softmax", temperature=0.3, seed=0):
    return draw_examples(
        predictions,
        nb_min_examples=least,
        nb_max_examples=most,
        sampling=sampling,
        temperature=temperature,
        rng=random.Random(seed),
    )


def numbers(examples):
    return [example["inputs"]["n"] for example in examples]


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 12), st.integers(0, 99))
def test_f20_f21_the_number_lies_between_both_limits(least, more, size, seed):
    if size == 0:
        return
    drawn = draw(pool(*[0.5] * size), least=least, most=least + more, seed=seed)
    assert min(least, size) <= len(drawn) <= least + more
    assert len(numbers(drawn)) == len(set(numbers(drawn)))


def test_f21_the_upper_limit_is_inclusive_and_the_number_uniform():
    counts = Counter(len(draw(pool(*[0.5] * 9), seed=seed)) for seed in range(900))
    assert set(counts) == {1, 2, 3}
    assert all(240 < count < 360 for count in counts.values())


def test_f22_a_small_pool_is_taken_whole_in_its_order_whatever_the_rewards():
    for sampling in ("softmax", "best", "random"):
        assert numbers(draw(pool(0.0, 1.0, 0.5), least=3, sampling=sampling)) == [0, 1, 2]


def test_f22_best_takes_the_highest_in_stable_order():
    assert numbers(draw(pool(0.2, 0.9, 0.5, 0.9), least=3, sampling="best")) == [1, 3, 2]


def test_f23_a_low_temperature_is_greedy_and_a_high_one_is_fair():
    cold = Counter(numbers(draw(pool(0.0, 1.0), most=1, temperature=0.01, seed=seed))[0] for seed in range(300))
    hot = Counter(numbers(draw(pool(0.0, 1.0), most=1, temperature=1e6, seed=seed))[0] for seed in range(300))
    assert cold[1] == 300
    assert 100 < hot[1] < 200


def test_f25_zero_examples_clear_what_was_there():
    assert draw(pool(1.0), least=0, most=0) == []
    assert draw([], least=0, most=0) == []


def test_an_empty_pool_is_no_proposal():
    with pytest.raises(NoProposal, match="no prediction"):
        draw([])


def test_examples_carry_no_reward_so_that_equal_prompts_are_one_candidate():
    assert draw(pool(0.7), most=1) == [{"inputs": {"n": 0}, "outputs": {"o": 0}}]


def test_the_pool_is_of_one_variable_and_survives_json():
    predictions = FewShotPool()
    predictions.add([*pool(0.1, 0.2), PooledPrediction(variable="w", inputs={}, outputs={}, reward=1.0)])
    again = FewShotPool()
    again.restore(predictions.to_json())
    assert again.of("v") == pool(0.1, 0.2)
    again.clear()
    assert again.of("v") == []
