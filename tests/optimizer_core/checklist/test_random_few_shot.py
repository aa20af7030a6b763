"""Checklist, rows F20 to F27: RandomFewShot."""

from __future__ import annotations

import random
from collections import Counter

import pytest

import optimizer_core as oc
from optimizer_core.errors import ConfigurationError
from optimizer_core.operators.few_shot import PooledPrediction, draw_examples
from optimizer_core.optimizers import RandomFewShot
from tests.optimizer_core.checklist.runs import defaults
from tests.optimizer_core.training.cases import make_program, run


def drawn(*rewards, seed=0, **settings):
    """The numbers of the drawn predictions."""
    pool = [PooledPrediction(variable="v", inputs={"n": i}, outputs={"o": i}, reward=r) for i, r in enumerate(rewards)]
    law = {"nb_min_examples": 1, "nb_max_examples": 3, "sampling": "softmax", "temperature": 0.3, **settings}
    return [example["inputs"]["n"] for example in draw_examples(pool, rng=random.Random(seed), **law)]


def proposals(recorder):
    return [event for event in recorder.of("candidate.proposed") if event.operator == "few_shot"]


def test_f020_f021_between_1_and_3_examples_both_included():
    assert defaults(RandomFewShot, "nb_min_examples", "nb_max_examples") == (1, 3)
    counts = Counter(len(drawn(*[0.5] * 9, seed=seed)) for seed in range(300))
    assert set(counts) == {1, 2, 3}
    assert min(counts.values()) > 70
    with pytest.raises(ConfigurationError, match="nb_min_examples=4 must not be more than nb_max_examples=3"):
        RandomFewShot(nb_min_examples=4)


def test_f022_sampling_is_softmax_or_best_or_random():
    assert defaults(RandomFewShot, "sampling") == ("softmax",)
    rewards = (0.1, 0.9, 0.5, 0.9)
    one = {"nb_min_examples": 2, "nb_max_examples": 2}
    assert drawn(*rewards, sampling="best", **one) == [1, 3]
    spread = {how: Counter(n for s in range(400) for n in drawn(*rewards, sampling=how, seed=s, **one))
              for how in ("softmax", "random")}  # fmt: skip
    assert all(abs(count / 400 - 0.5) < 0.1 for count in spread["random"].values())
    assert spread["softmax"][1] > spread["softmax"][2] > spread["softmax"][0] > 0
    with pytest.raises(ConfigurationError, match="sampling='worst'"):
        RandomFewShot(sampling="worst")


def test_f022_a_pool_that_is_not_larger_is_taken_whole_whatever_the_rewards():
    for how in ("softmax", "best", "random"):
        assert drawn(0.0, 1.0, sampling=how, nb_min_examples=3, nb_max_examples=3) == [0, 1]


def test_f023_sampling_temperature_is_03_and_must_be_more_than_0():
    assert defaults(RandomFewShot, "sampling_temperature") == (0.3,)
    one = {"nb_min_examples": 1, "nb_max_examples": 1}
    for temperature, share in ((0.3, 0.9655), (1.0, 0.7311)):  # 1 / (1 + exp(−1/T))
        best = sum(drawn(0.0, 1.0, temperature=temperature, seed=seed, **one) == [1] for seed in range(1500))
        assert best / 1500 == pytest.approx(share, abs=0.035)
    with pytest.raises(ConfigurationError, match=r"sampling_temperature=0\.0"):
        RandomFewShot(sampling_temperature=0.0)


async def test_f024_population_size_is_10_and_sets_of_examples_are_candidates_of_their_own():
    assert defaults(RandomFewShot, "population_size") == (10,)
    _, recorder = await run(optimizer=RandomFewShot(population_size=3), epochs=4)
    assert len({event.candidate for event in proposals(recorder)}) > 3
    sizes = [len(event.survivors) for event in recorder.of("population.updated") if event.removed]
    assert sizes
    assert max(sizes) <= 3


async def test_f025_0_and_0_turns_examples_off_and_clears_them():
    program = make_program(examples=[{"inputs": {"word": "a1"}, "outputs": {"colour": "red"}}])
    optimizer = RandomFewShot(nb_min_examples=0, nb_max_examples=0)
    _, recorder = await run(program, optimizer, epochs=1)
    assert {tuple(event.content["namer"]["examples"]) for event in proposals(recorder)} == {()}


async def test_f026_instructions_never_change_and_no_model_is_asked_to_propose():
    _, recorder = await run(optimizer=RandomFewShot(), epochs=3)
    assert {event.content["namer"]["instructions"] for event in recorder.of("candidate.proposed")} == {
        "Name the colour of {{word}}."
    }
    assert set(recorder.of("spend.updated")[-1].by_role) == {"task"}


async def test_f027_examples_are_this_epochs_own_predictions():
    program, recorder = await run(optimizer=RandomFewShot(), epochs=1, batch_size=4, shuffle=False)
    parent_answers = {f"{'abcd'[i % 4]}{i}" for i in range(12)}
    for number, event in enumerate(proposals(recorder), start=1):
        examples = event.content["namer"]["examples"]
        words = {example["inputs"]["word"] for example in examples}
        assert words <= {word for word in parent_answers if int(word[1:]) < 4 * number}
        assert {example["outputs"]["colour"] for example in examples} <= {"red", "green", "blue", "black", "unknown"}
    assert isinstance(program, oc.Program)
