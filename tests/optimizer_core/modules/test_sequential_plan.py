"""SequentialPlanSynthesis (F103): made from its intent, unlike the original, which never sees the first step."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer_core.errors import ConfigurationError, SchemaError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules import (
    Generator,
    Module,
    Rollout,
    SequentialPlanSynthesis,
    module_from_json,
    module_to_json,
    register_module,
)
from tests.optimizer_core.doubles import scripted

QUESTION: dict[str, Any] = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}
ANSWER: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


def plan(**settings: Any) -> SequentialPlanSynthesis:
    return SequentialPlanSynthesis(**{"inputs": QUESTION, "outputs": ANSWER, "steps": ["look", "think"], **settings})


@register_module
class Shout(Module):
    """A runner of one's own, without a model."""

    async def call(self, inputs: JsonObject, rollout: Rollout) -> JsonObject:
        return {"said": inputs["step"].upper(), "after": len(inputs["previous"])}


async def test_F103_each_step_sees_its_text_and_the_results_before_it():
    model, transport = scripted(
        {"thinking": "t", "result": "seen"}, {"thinking": "t", "result": "thought"}, {"thinking": "t", "a": "42"}
    )
    module, rollout = plan(language_model=model), Rollout()
    names = [variable.name for variable in module.bind("p")]
    assert names == [f"p/sequential_plan_synthesis/{part}" for part in ("plan", "final", "runner")]
    assert await module({"q": "?"}, rollout) == {"a": "42"}
    look, think = {"step": "look", "result": "seen"}, {"step": "think", "result": "thought"}
    assert transport.user_inputs() == [
        {"inputs": {"q": "?"}, "step": "look", "previous": []},
        {"inputs": {"q": "?"}, "step": "think", "previous": [look]},
        {"inputs": {"q": "?"}, "steps": [look, think]},
    ]
    assert [prediction.variable.rpartition("/")[2] for prediction in rollout.trace] == [
        "runner",
        "runner",
        "final",
        "plan",
    ]
    assert (rollout.trace[-1].inputs, rollout.trace[-1].outputs) == ({"q": "?"}, {"a": "42"})


async def test_F103_the_rollouts_plan_counts_and_a_runner_of_ones_own_works():
    model, transport = scripted({"thinking": "t", "a": "done"})
    module = plan(language_model=model, runner=Shout())
    list(module.bind())
    evolved = {"sequential_plan_synthesis/plan": {"steps": ["go"], "examples": []}}
    await module({"q": "?"}, Rollout(content=evolved))
    assert transport.user_inputs() == [
        {"inputs": {"q": "?"}, "steps": [{"step": "go", "result": {"said": "GO", "after": 0}}]}
    ]


async def test_inputs_that_do_not_fit_are_never_sent():
    model, transport = scripted()
    with pytest.raises(SchemaError, match="q: missing"):
        await plan(language_model=model)({})
    assert transport.requests == []


def test_F71_seed_plans_become_seeds_of_the_variable():
    module = plan(seed_plans=[["one"], ["two", "three"]])
    assert module.plan.seeds == [{"steps": ["one"]}, {"steps": ["two", "three"]}]
    assert not module.plan.uses_examples
    assert module.plan.schema.problems({"steps": []})
    assert module.plan.schema.problems({"steps": ["x"] * 11})


@pytest.mark.parametrize("runner", [None, Shout(), Generator(inputs=None, outputs=ANSWER, name="own")])
def test_it_can_be_made_again_from_json(runner: Module | None):
    saved = module_to_json(
        plan(runner=runner, seed_plans=[["x"]], instructions="Sum up.", temperature=0.5, max_steps=3)
    )
    assert module_to_json(module_from_json(saved)) == saved


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": []}, "must be a list of 1 to 10 texts"),
        ({"steps": "look"}, "must be a list of 1 to 10 texts"),
        ({"steps": ["a", " "]}, "must be a list of 1 to 10 texts"),
        ({"seed_plans": [["a", "b", "c"]], "max_steps": 2}, "must be a list of 1 to 2 texts"),
        ({"max_steps": 0}, "max_steps=0 must be"),
        ({"runner": "me"}, "runner='me' must be a module"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, Any], message: str):
    with pytest.raises(ConfigurationError, match=message):
        plan(**settings)
