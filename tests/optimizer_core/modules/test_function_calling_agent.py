"""The agent thinks, calls tools at the same time, reads what came, and answers."""

from __future__ import annotations

import json
from enum import Enum

import pytest

import optimizer_core as oc
from optimizer_core.errors import BudgetExhausted, ConfigurationError
from optimizer_core.modules import module_from_json, module_to_json, register_tool
from optimizer_core.modules.base import Rollout
from tests.optimizer_core.doubles import scripted


class Unit(Enum):
    CELSIUS = "C"
    KELVIN = "K"


@register_tool
async def temperature(city: str, unit: Unit = Unit.CELSIUS) -> float:
    """Return the temperature of a city.

    Args:
        city: its name.
        unit (Unit): of the number.
    """
    return {"Oslo": 3.0}[city] + (273 if unit is Unit.KELVIN else 0)


@register_tool
def add(a: int, b: int) -> int:
    """Add two whole numbers."""
    return a + b


ANSWER = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}


def calls(*made, thinking="hm"):
    return {"thinking": thinking, "calls": [{"tool": tool, "arguments": arguments} for tool, arguments in made]}


def agent(*answers, **settings):
    model, transport = scripted(*answers)
    made = oc.FunctionCallingAgent(
        inputs=None, outputs=ANSWER, tools=[temperature, add], language_model=model, name="agent", **settings
    )
    return made, transport


async def test_F104_tools_are_called_until_none_is_wanted_then_it_answers():
    made, transport = agent(
        calls(("temperature", {"city": "Oslo", "unit": "K"}), ("add", {"a": 1, "b": 2}), thinking="look"),
        calls(),
        {"answer": "276"},
    )
    rollout = Rollout()
    assert await made({"question": "How warm?"}, rollout) == {"answer": "276"}
    first, second, final = transport.user_inputs()
    assert first == {"inputs": {"question": "How warm?"}, "steps": []}
    assert second == final
    assert final["steps"] == [
        {
            "thinking": "look",
            "calls": [
                {"tool": "temperature", "arguments": {"city": "Oslo", "unit": "K"}, "result": 276.0},
                {"tool": "add", "arguments": {"a": 1, "b": 2}, "result": 3},
            ],
        }
    ]
    assert [variable.name for variable in oc.Program(made).trainable_variables] == ["agent/tool_calls", "agent/final"]


async def test_F104_after_five_rounds_it_has_to_answer():
    made, transport = agent(*[calls(("add", {"a": 1, "b": 1}))] * 5, {"answer": "enough"})
    assert made.max_iterations == 5
    assert await made({}) == {"answer": "enough"}
    assert len(transport.requests) == 6
    assert len(transport.user_inputs()[-1]["steps"]) == 5


async def test_F104_a_tool_that_fails_tells_the_model_why():
    made, transport = agent(calls(("temperature", {"city": "Atlantis"})), calls(), {"answer": "?"})
    await made({})
    (call,) = transport.user_inputs()[-1]["steps"][0]["calls"]
    assert call["error"] == "KeyError: 'Atlantis'"


async def test_F104_calls_that_fit_no_tool_are_repaired_before_anything_runs():
    made, transport = agent(calls(("drop", {})), calls(("add", {"a": 1, "b": "two"})))
    with pytest.raises(oc.OptimizerError, match="does not fit"):
        await made({})
    assert len(transport.requests) == 2


async def test_F104_a_spent_budget_inside_a_tool_ends_the_sample():
    async def asks_a_model() -> str:
        """Ask."""
        raise BudgetExhausted("spent")

    model, _ = scripted(calls(("asks_a_model", {})))
    made = oc.FunctionCallingAgent(inputs=None, outputs=ANSWER, tools=[asks_a_model], language_model=model)
    with pytest.raises(BudgetExhausted):
        await made({})


def test_F104_the_model_is_told_about_every_tool_and_held_to_its_arguments():
    made, _ = agent()
    text = made.tool_calls.messages({})[0]["content"]
    for words in ("`temperature`: Return the temperature of a city.", "its name.", "`add`: Add two whole numbers."):
        assert words in text
    schema = made.tool_calls.asked_schema()
    assert schema.problems(calls(("temperature", {"city": "Oslo", "unit": "C"}))) == []
    assert schema.problems(calls(("temperature", {"city": "Oslo", "unit": "F"})))
    assert schema.problems(calls(("temperature", {})))
    assert schema.problems(calls(("add", {"city": "Oslo"})))


async def test_what_is_no_json_is_shown_as_text_and_data_models_as_objects():
    class Point(oc.DataModel):
        x: int

    async def where() -> Point:
        """Say where."""
        return Point(x=1)

    def what() -> object:
        """Say what."""
        return Unit.KELVIN

    assert await oc.Tool(where).run({}) == {"result": {"x": 1}}
    assert await oc.Tool(what).run({}) == {"result": "Unit.KELVIN"}
    assert "error" in await oc.Tool(what).run({"more": 1})


def test_it_can_be_made_again_from_json():
    made, _ = agent(max_iterations=3, instructions="Think.")
    saved = json.loads(json.dumps(module_to_json(made)))
    again = module_from_json(saved)
    assert module_to_json(again) == saved


def test_a_tool_that_is_not_registered_cannot_be_saved():
    def unknown(a: int) -> int:
        """Do something."""
        return a

    with pytest.raises(ConfigurationError, match="not registered"):
        oc.Tool(unknown).config()
    with pytest.raises(ConfigurationError, match="no tool 'nothing'"):
        module_from_json(
            {
                "class_name": "FunctionCallingAgent",
                "config": {**agent()[0].config(), "tools": [{"function": "nothing"}]},
            }
        )


def _untyped(a):
    """Do."""


def _undocumented(a: int) -> int:
    return a


def _many(*a: int) -> None:
    """Do."""


@pytest.mark.parametrize("tools", [[], [add, add], [_untyped], [_undocumented], [_many], [3]])
def test_impossible_tools_are_refused(tools):
    with pytest.raises(ConfigurationError, match="tool"):
        oc.FunctionCallingAgent(inputs=None, outputs=ANSWER, tools=tools, language_model=scripted()[0])
