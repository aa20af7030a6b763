"""Checklist, rows F80 to F93: rewards and metrics."""

from __future__ import annotations

import pytest

import optimizer_core as oc
from optimizer_core.budget import Meter, Role
from optimizer_core.errors import ConfigurationError
from optimizer_core.metrics import (
    BinaryF1Score,
    BinaryFBetaScore,
    CosineSimilarity,
    F1Score,
    FBetaScore,
    ListF1Score,
    ListFBetaScore,
    Mean,
    MeanMetricWrapper,
    Sum,
)
from optimizer_core.rewards import ExactMatch, LMAsJudge, ProgramAsJudge
from tests.optimizer_core.checklist.runs import defaults
from tests.optimizer_core.doubles import embedder, scripted
from tests.optimizer_core.rewards.cases import judge, sample
from tests.optimizer_core.training.cases import make_program, words


async def test_f080_exact_match_is_1_or_0():
    assert defaults(ExactMatch, "in_mask", "out_mask", "name") == (None, None, "exact_match")
    for answer, reward in (({"label": "a"}, 1.0), ({"label": "A"}, 0.0), ({"label": "a "}, 0.0), ({}, 0.0)):
        assert (await judge(ExactMatch(), {"label": "a"}, answer)).reward == reward


async def test_f081_cosine_similarity_is_half_of_cosine_plus_one():
    assert defaults(oc.rewards.CosineSimilarity, "embedding_model", "axis") == (None, -1)
    model, _ = embedder({"x": (1, 0), "y": (0, 1), "-x": (-1, 0)})
    reward = oc.rewards.CosineSimilarity(embedding_model=model)
    for answer, expected in (("x", 1.0), ("y", 0.5), ("-x", 0.0)):
        assert (await judge(reward, {"t": "x"}, {"t": answer})).reward == pytest.approx(expected, abs=1e-6)


async def test_f082_a_language_model_judges_on_fixed_steps():
    assert defaults(LMAsJudge, "language_model", "instructions", "name") == (None, None, "lm_as_judge")
    model, transport = scripted({"reasoning": "close", "score": 0.7, "feedback": "Name it."})
    judgement = await judge(LMAsJudge(language_model=model, score_steps=11), {"a": 1}, {"a": 2})
    assert (judgement.reward, judgement.feedback) == (0.7, "Name it.")
    assert transport.schema_of(0)["properties"]["score"]["enum"] == [i / 10 for i in range(11)]


async def test_f083_a_program_judges():
    async def call(question, rollout=None):
        return {"reward": float(question["expected"] == question["answer"]), "feedback": "seen"}

    reward = ProgramAsJudge(call)
    assert (await judge(reward, {"a": 1}, {"a": 1})).reward == 1.0
    assert (await judge(reward, {"a": 1}, {"a": 2})).feedback == "seen"


async def test_f083_a_whole_program_judges_and_its_calls_are_booked_as_the_judges():
    model, _ = scripted({"critique": "fine", "reward": 0.5})
    program = oc.Program(oc.SelfCritique(language_model=model, return_inputs=False))
    meter = Meter()
    judgement = await ProgramAsJudge(program).judge(sample({"a": 1}), {"a": 1}, meter=meter)
    assert (judgement.reward, judgement.feedback) == (0.5, "fine")
    assert meter.by_role[Role.JUDGE].calls == 1
    again = oc.rewards.get(oc.rewards.to_json(ProgramAsJudge(program)))
    assert again is not None
    assert again.config() == ProgramAsJudge(program).config()


@pytest.mark.parametrize("asynchronous", [True, False])
async def test_f084_a_bare_function_is_a_reward(asynchronous):
    async def later(y_true, y_pred):
        return 0.25

    program = make_program()
    program.compile(reward=later if asynchronous else lambda y_true, y_pred: 0.25)
    assert (await program.evaluate(*words(3)))["reward"] == 0.25


async def test_f085_masks_by_name_and_by_pattern():
    target, answer = {"label": "a", "why": "x", "note_1": 1}, {"label": "a", "why": "y", "note_1": 2}
    for masks, expected in (
        ({}, 0.0),
        ({"in_mask": ["label"]}, 1.0),
        ({"out_mask": ["why", "note_1"]}, 1.0),
        ({"in_mask_pattern": "^lab"}, 1.0),
        ({"out_mask_pattern": "why|note"}, 1.0),
        ({"in_mask": ["label", "why"], "out_mask": ["why"]}, 1.0),
    ):
        assert (await judge(ExactMatch(**masks), target, answer)).reward == expected


async def test_f086_the_reward_of_a_set_is_the_mean_over_its_samples():
    rewards = iter([1.0, 0.0, 0.5])
    program = make_program()
    program.compile(reward=lambda y_true, y_pred: next(rewards))
    assert (await program.evaluate(*words(3), concurrency=1))["reward"] == pytest.approx(0.5)


def observed(metric, *pairs):
    for target, output in pairs:
        metric.update(target, output)
    return metric.result()


TEXTS = ({"a": "The cat, sat", "b": "one two three four"}, {"a": "cat sat down", "b": "one two"})


def test_f090_f1_and_fbeta_have_their_defaults_and_golden_numbers():
    assert defaults(F1Score, "average") + defaults(FBetaScore, "beta", "average") == (None, 1.0, None)
    assert observed(F1Score(), TEXTS) == pytest.approx([0.8, 0.66667], abs=1e-4)
    for average, expected in (("macro", 0.73333), ("weighted", 0.71111), ("micro", 0.72727)):
        assert observed(FBetaScore(average=average), TEXTS) == pytest.approx(expected, abs=1e-4)


def test_f091_binary_scores_have_a_threshold_of_one_half():
    assert defaults(BinaryF1Score, "threshold") + defaults(BinaryFBetaScore, "beta", "threshold") == (0.5, 1.0, 0.5)
    pairs = [({"x": True}, {"x": 0.6}), ({"x": 0.5}, {"x": True}), ({"x": 1.0}, {"x": False})]
    assert observed(BinaryF1Score(average="macro"), *pairs) == pytest.approx(0.5, abs=1e-4)
    with pytest.raises(ConfigurationError, match="threshold=0"):
        BinaryF1Score(threshold=0)


def test_f092_lists_are_compared_as_sets_of_labels():
    pair = ({"l": ["a", "b", "c"]}, {"l": ["c", "a"]})
    assert observed(ListF1Score(average="macro"), pair) == pytest.approx(0.8, abs=1e-4)
    assert observed(ListFBetaScore(beta=2.0, average="macro"), pair) == pytest.approx(
        5 * (2 / 3) / (4 + 2 / 3), abs=1e-4
    )


async def test_f093_means_sums_and_what_is_averaged_over_samples():
    mean, total = Mean(), Sum()
    for value in (1.0, 2.0, 6.0):
        mean.update(value)
        total.update(value)
    assert (mean.result(), total.result()) == (3.0, 9.0)
    model, _ = embedder({"x": (1, 0), "y": (0, 1)})
    for metric, expected in (
        (MeanMetricWrapper(ExactMatch()), 0.5),
        (MeanMetricWrapper(lambda t, p: len(p["t"])), 1.0),
        (CosineSimilarity(embedding_model=model), 0.75),
    ):
        for answer in ("x", "y"):
            await metric.observe(sample({"t": "x"}), {"t": answer}, meter=Meter())
        assert metric.result() == pytest.approx(expected, abs=1e-6)
