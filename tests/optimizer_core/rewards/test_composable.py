"""ComposableReward (F86, F87)."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer_core.errors import ConfigurationError, RewardError
from optimizer_core.rewards import ComposableReward, FunctionReward
from tests.optimizer_core.rewards.cases import judge


def constant(value: float, feedback: str = "") -> FunctionReward:
    return FunctionReward(lambda t, p: (value, feedback), name=f"c{value:g}")


@pytest.mark.parametrize(("reduction", "reward"), [("mean", 0.35), ("sum", 1.4), ("min", 0.5), ("max", 0.9)])
async def test_F86_the_reductions(reduction: str, reward: float):
    composed = ComposableReward([constant(0.5), constant(0.3)], weights=[1, 3], reduction=reduction)
    assert (await judge(composed, {}, {})).reward == pytest.approx(reward)


async def test_F87_feedback_is_joined_under_each_name():
    composed = ComposableReward([constant(1, "good"), constant(0), constant(0.5, "so so")])
    assert (await judge(composed, {}, {})).feedback == "c1: good\nc0.5: so so"


async def test_F87_one_error_is_the_samples_error():
    with pytest.raises(RewardError):
        await judge(ComposableReward([constant(1), constant(float("nan"))]), {}, {})


def test_F87_checks_reach_every_reward():
    with pytest.raises(ConfigurationError, match="give y"):
        ComposableReward(["exact_match", constant(1)]).check(targets=False)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rewards": []}, "must be one or more rewards"),
        ({"rewards": ["exact_match", None]}, "must be one or more rewards"),
        ({"weights": [1, 2]}, "must be 1 numbers"),
        ({"weights": [0]}, "more than 0"),
        ({"weights": [float("inf")]}, "more than 0"),
        ({"weights": [True]}, "more than 0"),
        ({"reduction": "median"}, "reduction='median' must be one of mean, sum, min, max"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, Any], message: str):
    with pytest.raises(ConfigurationError, match=message):
        ComposableReward(**{"rewards": ["exact_match"], **settings})
