"""LMAsJudge, RubricsAsJudge and ProgramAsJudge (F82, F83, F87)."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer_core.budget import Meter, Role
from optimizer_core.errors import ConfigurationError, InvalidAnswer, RewardError
from optimizer_core.modules import SelfCritique
from optimizer_core.rewards import LMAsJudge, ProgramAsJudge, RubricsAsJudge
from tests.optimizer_core.doubles import scripted
from tests.optimizer_core.rewards.cases import judge

GOOD = {"reasoning": "It says the same.", "score": 0.85, "feedback": "Be shorter."}


async def test_F82_the_judge_reads_inputs_expected_and_answer_and_gives_score_and_feedback():
    model, transport = scripted(GOOD)
    meter = Meter()
    judgement = await judge(LMAsJudge(model), {"a": 1}, {"a": 2}, inputs={"q": "?"}, meter=meter)
    assert (judgement.reward, judgement.feedback) == (0.85, "Be shorter.")
    assert transport.user_inputs() == [{"inputs": {"q": "?"}, "expected": {"a": 1}, "answer": {"a": 2}}]
    assert list(transport.schema_of(0)["properties"]) == ["reasoning", "score", "feedback"]
    assert meter.by_role[Role.JUDGE].calls == 1
    assert meter.by_role[Role.TASK].calls == 0


async def test_F82_scores_stand_on_fixed_steps():
    model, transport = scripted(GOOD, {**GOOD, "score": 0.5}, {**GOOD, "score": 0.77}, {**GOOD, "score": 0.77})
    await judge(LMAsJudge(model), {"a": 1}, {"a": 2})
    await judge(LMAsJudge(model, score_steps=11), {"a": 1}, {"a": 2})
    scores = [transport.schema_of(number)["properties"]["score"]["enum"] for number in (0, 1)]
    assert scores[0] == pytest.approx([i / 20 for i in range(21)])
    assert scores[1] == pytest.approx([i / 10 for i in range(11)])
    with pytest.raises(InvalidAnswer, match="score"):
        await judge(LMAsJudge(model), {"a": 1}, {"a": 2})


async def test_D23_the_inputs_can_be_kept_from_the_judge():
    model, transport = scripted(GOOD)
    await judge(LMAsJudge(model, sees_inputs=False), {"a": 1}, {"a": 2})
    assert transport.user_inputs() == [{"expected": {"a": 1}, "answer": {"a": 2}}]


async def test_F82_without_a_target_only_the_answer_is_judged():
    model, transport = scripted(GOOD)
    reward = LMAsJudge(model, sees_inputs=False, out_mask=["thinking"])
    assert (await judge(reward, None, {"thinking": "hm", "a": 2})).reward == 0.85
    assert transport.user_inputs() == [{"answer": {"a": 2}}]
    reward.check(targets=False)


async def test_the_reasoning_stands_in_for_empty_feedback():
    model, _ = scripted({**GOOD, "feedback": " "})
    assert (await judge(LMAsJudge(model), {"a": 1}, {"a": 2})).feedback == "It says the same."


async def test_instructions_and_examples_reach_the_judge():
    model, transport = scripted(GOOD)
    example = {"inputs": {"answer": {"a": 0}}, "outputs": {**GOOD, "score": 0.0}}
    await judge(LMAsJudge(model, instructions="Be strict.", examples=[example]), {"a": 1}, {"a": 2})
    messages = transport.requests[0].messages
    assert messages[0]["content"].startswith("Be strict.\n\n")
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]


PREFERENCE = {"inputs": {"q": "?"}, "preferred": {"a": "{{short}}", "b": 1}, "other": {"a": "long", "b": 2}}


async def test_the_judge_is_told_what_people_preferred():
    model, transport = scripted(GOOD, GOOD)
    reward = LMAsJudge(model, instructions="Be strict.", preferences=[PREFERENCE], in_mask=["a"])
    await judge(reward, {"a": 1}, {"a": 2})
    told = transport.requests[0].messages[0]["content"]
    assert told.startswith("Be strict.\n\nPeople who know the task")
    assert '{"inputs": {"q": "?"}, "preferred": {"a": "{ {short}}"}, "other": {"a": "long"}}' in told
    assert (reward.config()["instructions"], reward.config()["preferences"]) == ("Be strict.", [PREFERENCE])
    await judge(LMAsJudge.from_config({**reward.config(), "language_model": model}), {"a": 1}, {"a": 3})
    assert transport.requests[1].messages[0]["content"] == told


async def test_what_the_judge_may_not_see_is_kept_from_its_preferences_too():
    model, transport = scripted(GOOD)
    await judge(LMAsJudge(model, sees_inputs=False, preferences=[PREFERENCE]), {"a": 1}, {"a": 2})
    assert '"q"' not in transport.requests[0].messages[0]["content"]


@pytest.mark.parametrize(
    "preference", [{"preferred": {"a": 1}}, {**PREFERENCE, "score": 1}, "first", {**PREFERENCE, "other": 3}]
)
def test_a_preference_needs_two_answers(preference: Any):
    with pytest.raises(ConfigurationError, match=r"preferences\[0\]"):
        LMAsJudge("openai/x", preferences=[preference])


@pytest.mark.parametrize("steps", [1, 0, 102, 2.5, True])
def test_score_steps_must_make_sense(steps: Any):
    with pytest.raises(ConfigurationError, match="score_steps="):
        LMAsJudge("openai/x", score_steps=steps)


def test_a_missing_model_is_found_before_any_call():
    with pytest.raises(ConfigurationError, match="no language model"):
        LMAsJudge().check(targets=True)


async def test_F87_rubrics_are_a_weighted_mean_of_scores():
    model, transport = scripted({"reasoning": "r", "true": 1.0, "kind": 0.2, "feedback": "Be kinder."})
    reward = RubricsAsJudge({"true": "It is true.", "kind": "It is kind."}, {"true": 3}, language_model=model)
    judgement = await judge(reward, {"a": 1}, {"a": 2})
    assert judgement.reward == pytest.approx(0.8)
    assert judgement.feedback == "true 1, kind 0.2. Be kinder."
    assert transport.schema_of(0)["properties"]["kind"]["description"] == "It is kind."


@pytest.mark.parametrize(
    "arguments", [({},), ({"feedback": "x"},), ({"a": ""},), ({"a": "x"}, {"b": 1}), ({"a": "x"}, {"a": 0})]
)
def test_impossible_rubrics_are_refused(arguments: Any):
    with pytest.raises(ConfigurationError, match=r"rubrics|weights"):
        RubricsAsJudge(*arguments)
    with pytest.raises(TypeError, match="scale"):
        RubricsAsJudge({"a": "x"}, scale=3)  # type: ignore[call-arg]


async def test_F83_a_program_judges_and_its_calls_are_the_judges():
    model, transport = scripted({"critique": "Fine.", "reward": 0.7})
    meter = Meter()
    reward = ProgramAsJudge(SelfCritique(language_model=model))
    judgement = await judge(reward, {"a": 1}, {"a": 2}, meter=meter)
    assert (judgement.reward, judgement.feedback) == (0.7, "Fine.")
    assert transport.user_inputs() == [{"inputs": {"question": "?"}, "answer": {"a": 2}, "expected": {"a": 1}}]
    assert meter.by_role[Role.JUDGE].calls == 1


@pytest.mark.parametrize("answer", [{"score": 1}, {"reward": "good"}, {"reward": float("nan")}])
async def test_F83_an_answer_without_a_finite_reward_is_the_samples_error(answer: Any):
    async def program(inputs: Any, rollout: Any = None) -> Any:
        return answer

    with pytest.raises(RewardError, match="program_as_judge"):
        await judge(ProgramAsJudge(program), {"a": 1}, {"a": 2})


async def test_F83_a_program_that_says_nothing_gives_0():
    async def program(inputs: Any, rollout: Any = None) -> Any:
        return None

    judgement = await judge(ProgramAsJudge(program), {"a": 1}, {"a": 2})
    assert judgement.reward == 0.0
    assert "nothing to say" in judgement.feedback
