"""ExactMatch (F80)."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.rewards import ComposableReward, ExactMatch, LMAsJudge
from tests.optimizer_core.rewards.cases import judge


@pytest.mark.parametrize(
    ("target", "output", "reward"),
    [
        ({"label": "a"}, {"label": "a"}, 1.0),
        ({"label": "a"}, {"label": "A"}, 0.0),
        ({"label": "a"}, {"label": "a "}, 0.0),
        ({"x": 1, "y": 2}, {"y": 2, "x": 1}, 1.0),
        ({"n": 1}, {"n": 1.0}, 1.0),
        ({"n": 1}, {"n": True}, 0.0),
        ({"n": 0}, {"n": False}, 0.0),
        ({"n": 1}, {"n": "1"}, 0.0),
        ({"items": ["a", "b"]}, {"items": ["b", "a"]}, 0.0),
        ({"items": []}, {"items": []}, 1.0),
        ({"items": []}, {"items": {}}, 0.0),
        ({"n": None}, {}, 0.0),
    ],
)
async def test_F80_equal_or_not(target: Any, output: Any, reward: float):
    assert (await judge(ExactMatch(), target, output)).reward == reward


async def test_F80_the_feedback_names_each_field_that_differs():
    target = {"label": "a", "order": {"n": 1}, "gone": True}
    judgement = await judge(ExactMatch(), target, {"label": "b", "order": {"n": 1}, "new": 2})
    assert judgement.feedback.splitlines() == [
        'label: expected "a", got "b"',
        "gone: expected true, got nothing",
        "new: expected nothing, got 2",
    ]
    assert (await judge(ExactMatch(), target, target)).feedback == ""


async def test_F80_a_masked_nested_answer_is_compared_as_a_whole():
    reward = ExactMatch(in_mask=["answer"])
    assert (await judge(reward, {"answer": {"value": 3}, "note": 1}, {"answer": {"value": 4}})).reward == 0.0
    assert (await judge(reward, {"answer": {"value": 3}, "note": 1}, {"answer": {"value": 3}})).reward == 1.0


async def test_D15_a_mask_that_leaves_nothing_gives_0_and_one_warning(caplog: pytest.LogCaptureFixture):
    reward = ExactMatch(in_mask=["label"])
    with caplog.at_level(logging.WARNING):
        judgements = [await judge(reward, {"answer": 1}, {"answer": 1}) for _ in range(3)]
    assert [judgement.reward for judgement in judgements] == [0.0] * 3
    assert "leave nothing" in judgements[0].feedback
    assert len(caplog.records) == 1


async def test_normalize_ignores_case_width_and_spacing():
    reward = ExactMatch(normalize=True)
    assert (await judge(reward, {"label": "Straße 1"}, {"label": "  STRASSE  1 "})).reward == 1.0
    assert (await judge(reward, {"label": "a b"}, {"label": "ab"})).reward == 0.0


async def test_without_a_target_there_is_nothing_to_compare():
    assert (await judge(ExactMatch(), None, {"label": "a"})).reward == 0.0


def test_what_cannot_work_is_found_before_any_call():
    with pytest.raises(ConfigurationError, match="there are none; give y"):
        ExactMatch().check(targets=False)
    outputs = Schema.of({"type": "object", "properties": {"label": {}}})
    ExactMatch(in_mask=["label"]).check(targets=True, outputs=outputs)
    with pytest.raises(ConfigurationError, match="leave nothing of the outputs"):
        ExactMatch(in_mask=["answer"]).check(targets=True, outputs=outputs)


def test_D15_a_target_without_any_field_that_is_compared_is_named():
    outputs = Schema.of({"type": "object", "properties": {"label": {}, "why": {}}})
    masked = ExactMatch(in_mask=["label"])
    assert masked.mismatch({"label": "a"}, outputs) == ""
    assert "compares label, but the target has Label, why" in masked.mismatch({"Label": "a", "why": ""}, outputs)
    assert ExactMatch().mismatch({"Label": "a", "why": ""}, outputs) == ""
    assert "compares label, why, but the target has no fields" in ExactMatch().mismatch({}, outputs)
    further = Schema.of({"type": "object", "properties": {"label": {}}, "additionalProperties": {"type": "string"}})
    assert masked.mismatch({"Label": "a"}, further) == ""


def test_several_rewards_take_a_target_that_one_of_them_can_compare():
    outputs = Schema.of({"type": "object", "properties": {"label": {}}})
    exact = ComposableReward([ExactMatch(), ExactMatch(name="second")])
    assert "'exact_match' compares label" in exact.mismatch({"Label": "a"}, outputs)
    assert ComposableReward([ExactMatch(), LMAsJudge()]).mismatch({"Label": "a"}, outputs) == ""
