"""Rewards by name and their way to JSON and back (F120, F121)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from optimizer_core import rewards
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules import SelfCritique


@rewards.register_reward_function
def registered(y_true: Any, y_pred: Any) -> float:
    return 0.5


@pytest.mark.parametrize("name", ["exact_match", "exactmatch", "ExactMatch", "EXACT_MATCH", "exact-match"])
def test_F120_a_name_in_any_spelling(name: str):
    assert isinstance(rewards.get(name), rewards.ExactMatch)


def test_F120_what_stands_for_a_reward():
    reward = rewards.ExactMatch()
    assert rewards.get(None) is None
    assert rewards.get(reward) is reward
    assert isinstance(rewards.get(rewards.ExactMatch), rewards.ExactMatch)
    assert isinstance(rewards.get(lambda t, p: 1.0), rewards.FunctionReward)
    assert isinstance(rewards.get("registered"), rewards.FunctionReward)
    configured = rewards.get({"class_name": "lm_as_judge", "config": {"score_steps": 11}})
    assert isinstance(configured, rewards.LMAsJudge)
    assert configured.score_steps == 11


@pytest.mark.parametrize("identifier", ["exact", 3, {"class": "x"}, {"class_name": "Nobody"}])
def test_F120_anything_else_is_refused(identifier: Any):
    with pytest.raises(ConfigurationError, match="reward"):
        rewards.get(identifier)
    with pytest.raises(TypeError, match="mask"):
        rewards.get({"class_name": "ExactMatch", "config": {"mask": []}})


@pytest.mark.parametrize(
    "reward",
    [
        rewards.ExactMatch(in_mask=["a"], out_mask_pattern="b", name="mine", normalize=True),
        rewards.CosineSimilarity("openai/e", out_mask=["a"]),
        rewards.LMAsJudge("openai/m", instructions="Be strict.", score_steps=5, sees_inputs=False, temperature=0.0),
        rewards.RubricsAsJudge({"a": "x", "b": "y"}, {"b": 2}, name="two", reasoning_effort="low"),
        rewards.ProgramAsJudge(SelfCritique(instructions="Judge.")),
        rewards.FunctionReward(registered),
        rewards.ComposableReward(["exact_match", registered], weights=[1, 2], reduction="min"),
    ],
    ids=lambda reward: reward.name,
)
def test_F121_a_reward_can_be_made_again_from_json(reward: rewards.Reward):
    saved: JsonObject = json.loads(json.dumps(rewards.to_json(reward)))
    again = rewards.get(saved)
    assert type(again) is type(reward)
    assert again is not None
    assert rewards.to_json(again) == saved


def test_F121_what_could_not_be_loaded_again_says_so():
    class Mine(rewards.ExactMatch):
        pass

    async def judge(inputs: Any, rollout: Any = None) -> Any: ...

    for reward, way_out in [
        (Mine(), "@register_reward "),
        (rewards.FunctionReward(lambda t, p: 1.0), "@register_reward_function"),
        (rewards.ProgramAsJudge(judge), "only where its program is a module"),
    ]:
        with pytest.raises(ConfigurationError, match=way_out):
            rewards.to_json(reward)
    with pytest.raises(ConfigurationError, match="there is no reward function 'lost'"):
        rewards.get({"class_name": "FunctionReward", "config": {"function": "lost"}})
