"""Generator and ChainOfThought (F71, F73, F100): the exact prompt, the trace, and what construction refuses."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer_core.budget import Budget, Meter, Role
from optimizer_core.data.data_model import DataModel, Field
from optimizer_core.data.schema import Schema
from optimizer_core.errors import BudgetExhausted, ConfigurationError, SchemaError
from optimizer_core.models.defaults import set_default_language_model
from optimizer_core.modules import ChainOfThought, Generator, Rollout, module_from_json, module_to_json
from optimizer_core.modules.prompt import placeholders, render_messages
from tests.optimizer_core.doubles import scripted


class Ticket(DataModel):
    ticket: str = Field(description="The support ticket")


class Route(DataModel):
    label: str = Field(description="The queue")


ROUTE: dict[str, Any] = {"inputs": Ticket, "outputs": Route}


async def test_the_prompt_is_instructions_fields_examples_then_the_input():
    model, transport = scripted({"label": "billing"})
    generator = Generator(
        **ROUTE,
        instructions="Route the {{ ticket }}, politely.",
        examples=[(Ticket(ticket="Où?"), Route(label="orders"))],
        language_model=model,
    )
    assert await generator({"ticket": "I paid twice"}) == {"label": "billing"}
    assert transport.requests[0].messages == (
        {
            "role": "system",
            "content": (
                "Route the `ticket`, politely.\n\n"
                "Answer with one JSON object of these fields:\n- `label` (string): The queue"
            ),
        },
        {"role": "user", "content": '{"ticket": "Où?"}'},
        {"role": "assistant", "content": '{"label": "orders"}'},
        {"role": "user", "content": '{"ticket": "I paid twice"}'},
    )
    assert transport.requests[0].schema == Schema.of(Route).json_schema
    assert generator.messages({"ticket": "I paid twice"}) == transport.requests[0].messages


def test_only_the_last_message_depends_on_the_input():
    generator = Generator(**ROUTE, instructions="Route {{ticket}}.")
    assert generator.messages({"ticket": "a"})[:-1] == generator.messages({"ticket": "{{ticket}}"})[:-1]


async def test_inputs_that_were_changed_in_place_are_asked_as_they_are_now():
    model, transport = scripted({"label": "billing"}, {"label": "orders"})
    generator, inputs = Generator(**ROUTE, language_model=model), {"ticket": "first"}
    await generator(inputs)
    inputs["ticket"] = "second"
    await generator(inputs)
    assert [request.messages[-1]["content"] for request in transport.requests] == [
        '{"ticket": "first"}',
        '{"ticket": "second"}',
    ]


def test_placeholders_are_named_once_and_in_order():
    assert placeholders("{{b}} {{ a }} {{b}} {c} {{}}") == ["b", "a"]


def test_an_evolved_placeholder_that_no_input_has_does_no_harm():
    generator = Generator(**ROUTE)
    content = {"instructions": "Look at {{nothing}}", "examples": []}
    assert render_messages(content, {"ticket": "a"}, generator.asked_schema())[0]["content"].startswith(
        "Look at `nothing`\n"
    )


def test_F71_seed_instructions_become_seeds_of_the_variable():
    generator = Generator(**ROUTE, seed_instructions=["One.", "Two."])
    (variable,) = generator.bind()
    assert variable.name == "generator"
    assert variable.value == {"instructions": "Read the input and answer with the field `label`."}
    assert variable.seeds == [{"instructions": "One."}, {"instructions": "Two."}]


def test_F73_a_frozen_generator_has_no_trainable_variable():
    assert list(Generator(**ROUTE, trainable=False).bind()) == []


async def test_the_rollouts_content_counts_and_its_trace_notes_the_prediction():
    model, transport = scripted({"label": "x"})
    generator = Generator(**ROUTE, language_model=model, name="router")
    list(generator.bind())
    rollout = Rollout(content={"router": {"instructions": "Evolved.", "examples": []}})
    await generator({"ticket": "a"}, rollout)
    assert transport.requests[0].messages[0]["content"].startswith("Evolved.\n\n")
    (prediction,) = rollout.trace
    assert (prediction.variable, prediction.inputs, prediction.outputs) == ("router", {"ticket": "a"}, {"label": "x"})


async def test_calls_are_booked_in_the_rollouts_role_and_stopped_by_its_budget():
    model, _ = scripted({"label": "x"})
    generator = Generator(**ROUTE, language_model=model)
    meter = Meter(Budget(calls=1))
    await generator({"ticket": "a"}, Rollout(meter=meter, role=Role.JUDGE))
    assert meter.by_role[Role.JUDGE].calls == 1
    with pytest.raises(BudgetExhausted):
        await generator({"ticket": "a"}, Rollout(meter=meter))


async def test_inputs_that_do_not_fit_are_never_sent():
    model, transport = scripted({"label": "x"})
    with pytest.raises(SchemaError, match=r"generator: inputs: .*ticket: missing"):
        await Generator(**ROUTE, language_model=model)({"tickets": "a"})
    assert transport.requests == []


async def test_the_default_model_is_looked_up_at_the_call():
    generator = Generator(**ROUTE)
    model, _ = scripted({"label": "x"})
    set_default_language_model(model)
    try:
        assert await generator({"ticket": "a"}) == {"label": "x"}
    finally:
        set_default_language_model(None)
    with pytest.raises(ConfigurationError, match="no language model"):
        await generator({"ticket": "a"})


async def test_settings_are_sent_only_where_given():
    model, transport = scripted({"label": "x"}, {"label": "x"})
    await Generator(**ROUTE, language_model=model)({"ticket": "a"})
    await Generator(**ROUTE, language_model=model, temperature=0, reasoning_effort="low")({"ticket": "a"})
    assert [dict(request.settings) for request in transport.requests] == [
        {},
        {"temperature": 0.0, "reasoning_effort": "low"},
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"instructions": " "}, "instructions=' ' must be a text"),
        ({"instructions": 3}, "instructions=3 must be a text"),
        ({"instructions": "Read {{body}}"}, r"name {{body}}, which the inputs don't have; they have ticket"),
        ({"seed_instructions": [""]}, "instructions='' must be a text"),
        ({"examples": 5}, "examples=5 must be a list"),
        ({"examples": {"inputs": {}, "outputs": {}}}, "examples=.* must be a list"),
        ({"examples": ["x"]}, "example 0 must be"),
        ({"examples": [({"ticket": "a"}, {"queue": "b"})]}, "example 0: .*queue: there is no such field"),
        ({"temperature": -1}, "temperature=-1 must be"),
        ({"reasoning_effort": "huge"}, "reasoning_effort='huge' must be one of"),
        ({"outputs": {"type": "object", "properties": {}}}, "outputs has no fields"),
        ({"name": "a/b"}, "module name 'a/b'"),
        ({"name": 5}, "module name 5"),
    ],
)
def test_impossible_settings_are_refused_at_construction(settings: dict[str, Any], message: str):
    with pytest.raises(ConfigurationError, match=message):
        Generator(**{**ROUTE, **settings})


@pytest.mark.parametrize("kind", [Generator, ChainOfThought])
def test_unknown_keywords_are_refused(kind: Any):
    with pytest.raises(TypeError, match="few_shot"):
        kind(**ROUTE, few_shot=True)


async def test_chain_of_thought_thinks_first_and_keeps_it_in_the_trace_only():
    model, transport = scripted({"thinking": "hm", "label": "x"})
    module = ChainOfThought(**ROUTE, language_model=model)
    rollout = Rollout()
    assert await module({"ticket": "a"}, rollout) == {"label": "x"}
    assert rollout.trace[0].outputs == {"thinking": "hm", "label": "x"}
    assert next(iter(transport.schema_of(0)["properties"])) == "thinking"
    assert module.outputs_schema == Schema.of(Route)


async def test_chain_of_thought_returns_its_thinking_where_asked():
    model, _ = scripted({"thinking": "hm", "label": "x"})
    module = ChainOfThought(**ROUTE, language_model=model, return_thinking=True)
    assert await module({"ticket": "a"}) == {"thinking": "hm", "label": "x"}
    assert module.outputs_schema == module.asked_schema()


def test_chain_of_thought_takes_examples_with_and_without_thinking():
    pairs = [({"ticket": "a"}, {"label": "x"}), ({"ticket": "a"}, {"thinking": "hm", "label": "x"})]
    assert len(ChainOfThought(**ROUTE, examples=pairs).variable.examples) == 2


def test_an_output_called_thinking_is_refused():
    outputs = {"type": "object", "properties": {"thinking": {"type": "string"}}}
    with pytest.raises(ConfigurationError, match="there is a field 'thinking' already"):
        ChainOfThought(inputs=Ticket, outputs=outputs)


@pytest.mark.parametrize("kind", [Generator, ChainOfThought])
def test_a_module_can_be_made_again_from_json(kind: Any):
    model, _ = scripted()
    module = kind(
        **ROUTE, instructions="Do.", seed_instructions=["Go."], examples=[({"ticket": "a"}, {"label": "b"})],
        language_model=model, temperature=0.5, name="router", description="Routes.", evolve_examples=True,
        trainable=False,
    )  # fmt: skip
    saved = module_to_json(module)
    again = module_from_json(saved)
    assert type(again) is kind
    assert isinstance(again, Generator)
    assert module_to_json(again) == saved
    assert again.messages({"ticket": "q"}) == module.messages({"ticket": "q"})
