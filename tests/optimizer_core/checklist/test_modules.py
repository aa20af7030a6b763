"""Checklist, rows F100 to F105: modules. Their details are tested beside each module."""

from __future__ import annotations

from typing import Any

import pytest

import optimizer_core as oc
from optimizer_core.errors import InvalidAnswer
from optimizer_core.modules import json_and, json_concat, json_not, json_or, json_xor
from tests.optimizer_core.checklist.runs import defaults
from tests.optimizer_core.doubles import scripted

ANSWER = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}


def variables(module):
    return [variable.name for variable in oc.Program(module).trainable_variables]


async def test_f100_generator_chain_of_thought_and_self_critique():
    model, transport = scripted(
        {"answer": "a"}, {"thinking": "hm", "answer": "b"}, {"critique": "short", "reward": 0.5}
    )
    settings: dict[str, Any] = {"inputs": None, "language_model": model}
    assert await oc.Generator(outputs=ANSWER, **settings)({"q": 1}) == {"answer": "a"}
    assert await oc.ChainOfThought(outputs=ANSWER, **settings)({"q": 1}) == {"answer": "b"}
    assert await oc.SelfCritique(**settings)({"q": 1}) == {"q": 1, "critique": "short", "reward": 0.5}
    assert list(transport.schema_of(1)["properties"]) == ["thinking", "answer"]
    assert variables(oc.Generator(outputs=ANSWER, **settings)) == ["generator"]


async def test_f101_a_branch_decides_and_runs_one_module_only():
    model, transport = scripted({"thinking": "", "choice": "no"}, {"answer": "second"})
    one, two = (oc.Generator(inputs=None, outputs=ANSWER, language_model=model, name=name) for name in ("yes", "no"))
    branch = oc.Branch(question="Well?", branches={"yes": one, "no": two}, language_model=model, name="branch")
    assert await branch({"q": 1}) == {"answer": "second"}
    assert len(transport.requests) == 2
    assert variables(branch) == ["branch/decision", "branch/yes", "branch/no"]


async def test_f102_evolved_python_runs_for_5_seconds_at_most():
    pytest.importorskip("pydantic_monty")
    assert defaults(oc.PythonSynthesis, "timeout") == (5.0,)
    script = "result = {'answer': inputs['q'].upper()}"
    module = oc.PythonSynthesis(inputs=None, outputs=ANSWER, python_script=script)
    assert await module({"q": "a"}) == {"answer": "A"}
    endless = oc.PythonSynthesis(inputs=None, outputs=ANSWER, python_script="while True: pass", timeout=0.05)
    with pytest.raises(InvalidAnswer):
        await endless({"q": "a"})


async def test_f103_a_plan_is_carried_out_step_by_step():
    model, transport = scripted(
        {"thinking": "", "result": "read"}, {"thinking": "", "result": "sorted"}, {"thinking": "", "answer": "done"}
    )
    plan = oc.SequentialPlanSynthesis(
        inputs=None, outputs=ANSWER, steps=["Read.", "Sort."], language_model=model, name="plan"
    )
    assert await plan({"q": 1}) == {"answer": "done"}
    assert [asked.get("step") for asked in transport.user_inputs()] == ["Read.", "Sort.", None]
    assert transport.user_inputs()[1]["previous"] == [{"step": "Read.", "result": "read"}]
    assert set(variables(plan)) == {"plan/plan", "plan/final", "plan/runner"}


async def test_f104_an_agent_calls_tools_for_5_rounds_at_most():
    assert defaults(oc.FunctionCallingAgent, "max_iterations") == (5,)

    async def double(number: int) -> int:
        """Double a number."""
        return 2 * number

    call = {"thinking": "", "calls": [{"tool": "double", "arguments": {"number": 4}}]}
    model, transport = scripted(call, {"thinking": "", "calls": []}, {"answer": "8"})
    agent = oc.FunctionCallingAgent(inputs=None, outputs=ANSWER, tools=[double], language_model=model, name="agent")
    assert await agent({"q": 4}) == {"answer": "8"}
    assert transport.user_inputs()[-1]["steps"][0]["calls"][0]["result"] == 8
    assert variables(agent) == ["agent/tool_calls", "agent/final"]


async def test_f105_json_operators_and_masks():
    a, b = {"x": 1}, {"x": 2}
    assert json_concat(a, b) == json_and(a, b) == json_or(a, b) == {"x": 1, "x_1": 2}
    assert (json_and(a, None), json_or(None, b), json_xor(a, b), json_xor(a, None)) == (None, b, None, a)
    assert (json_not(a), json_not(None)) == (None, {})
    chain = oc.Sequential([oc.Masked(out_mask=["secret"]), oc.Masked(in_mask=["x"])])
    assert await chain({"secret": 1, "x": 2, "y": 3}) == {"x": 2}
