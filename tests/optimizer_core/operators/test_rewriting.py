"""Mutation and crossover: what the model is told, what it must answer, and what is refused."""

from __future__ import annotations

import pytest

from optimizer_core.budget import Meter, Role
from optimizer_core.data.schema import Schema
from optimizer_core.data.variable import TrainableVariable
from optimizer_core.errors import InvalidAnswer, NoProposal
from optimizer_core.operators.crossover import cross, crossover_probability
from optimizer_core.operators.evidence import Evidence, Labelled, Rejection, ScoredPrediction
from optimizer_core.operators.mutation import mutate
from optimizer_core.operators.prompts import Brief
from optimizer_core.operators.rewriting import Asking, answer_schema
from optimizer_core.testing import ScriptedModel

EXAMPLE = {"inputs": {"t": "secret example"}, "outputs": {"l": "x"}}


def variable(properties=None, **settings):
    fields = properties or {"instructions": {"type": "string", "description": "What to do."}}
    schema = Schema.of({"type": "object", "properties": fields, "required": list(fields)})
    value = {name: "Say {{x}}." if sub["type"] == "string" else ["a"] for name, sub in fields.items()}
    return TrainableVariable(
        name="namer", schema=schema, value=value, description="Names things.", examples=[EXAMPLE], **settings
    )


def brief(of, evidence=None, instructions=""):
    return Brief(program="Routes tickets.", variable=of, evidence=evidence or Evidence(), instructions=instructions)


def asking(model, **settings):
    return Asking(**{"model": model, "temperature": 0.7, "reasoning_effort": None, "meter": Meter(), **settings})


def prompt_of(model):
    return "\n".join(message["content"] for message in model.requests[-1].messages)


async def test_f44_the_model_thinks_first_and_answers_the_schema():
    model = ScriptedModel([{"thinking": "short", "instructions": "Say {{x}} loud."}])
    of = variable()
    rewrite = await mutate(asking(model), brief(of), of.content)
    assert rewrite.content == {"instructions": "Say {{x}} loud.", "examples": [EXAMPLE]}
    assert rewrite.reasoning == "short"
    request = model.requests[0]
    assert request.schema is not None
    assert list(request.schema["properties"]) == ["thinking", "instructions"]
    assert request.schema["additionalProperties"] is False


async def test_f35_f38_temperature_is_sent_and_no_reasoning_effort_unless_asked():
    model = ScriptedModel(lambda request: {"thinking": "", "instructions": "New {{x}}."})
    of = variable()
    await mutate(asking(model), brief(of), of.content)
    assert model.requests[0].settings == {"temperature": 0.7}
    await mutate(asking(model, temperature=0.0, reasoning_effort="low"), brief(of), of.content)
    assert model.requests[1].settings == {"temperature": 0.0, "reasoning_effort": "low"}


async def test_the_call_is_booked_as_the_proposers():
    model, meter, of = ScriptedModel([{"thinking": "", "instructions": "New {{x}}."}]), Meter(), variable()
    await mutate(asking(model, meter=meter), brief(of), of.content)
    assert meter.by_role[Role.PROPOSER].calls == 1


async def test_the_prompt_holds_descriptions_evidence_and_what_reviewers_said():
    evidence = Evidence(
        good=(ScoredPrediction(inputs={"t": "fine"}, output={"l": "a"}, target={"l": "a"}, reward=1.0),),
        bad=(
            ScoredPrediction(
                inputs={"t": "wrong"},
                output={"t": "wrong", "l": "b"},
                target={"l": "c"},
                reward=0.25,
                feedback="expected c",
            ),
            ScoredPrediction(inputs={"t": "lost"}, output=None, target={"l": "c"}, reward=0.0, error="timed out"),
        ),
        hard=(ScoredPrediction(inputs={"t": "hard"}, output={}, target=None, reward=0.1, observations=4),),
        rejections=(
            Rejection(candidate="1", content={"namer": {"instructions": "Shout."}}, reason="too loud"),
            Rejection(
                candidate="2", content={"namer": {"instructions": "Sing."}}, reason="name it", wants_changes=True
            ),
            Rejection(
                candidate="3",
                content={"namer": {"instructions": "Hum."}},
                reason="",
                edited={"namer": {"instructions": "Hum softly."}},
            ),
        ),
    )
    model, of = ScriptedModel([{"thinking": "", "instructions": "New {{x}}."}]), variable()
    await mutate(asking(model), brief(of, evidence, "Mind the tone."), of.content)
    text = prompt_of(model)
    for expected in (
        "Mind the tone.",
        "Routes tickets.",
        "namer: Names things.",
        "What to do.",
        "Say {{x}}.",
        '{"inputs": {"t": "fine"}, "answer": {"l": "a"}, "expected": {"l": "a"}, "reward": 1.0}',
        '"feedback": "expected c"',
        '"failed": "timed out"',
        '"times_seen": 4',
        '{"proposal": {"instructions": "Shout."}, "reason": "too loud"}',
        '{"proposal": {"instructions": "Sing."}, "asked_for": "name it"}',
        '{"before": {"instructions": "Hum."}, "after": {"instructions": "Hum softly."}, "reason": "none given"}',
        "be brief about it",
    ):
        assert expected in text
    assert model.requests[0].messages[0]["content"].startswith("Mind the tone.")
    assert "secret example" not in text


async def test_f61_outputs_that_repeat_an_input_are_left_out():
    evidence = Evidence(
        bad=(ScoredPrediction(inputs={"t": "echo"}, output={"t": "echo", "l": "b"}, target=None, reward=0.0),)
    )
    model, of = ScriptedModel([{"thinking": "", "instructions": "New {{x}}."}]), variable()
    await mutate(asking(model), brief(of, evidence), of.content)
    assert '"answer": {"l": "b"}' in prompt_of(model)


async def test_rows_that_are_shown_without_an_answer_take_only_so_much_room():
    model = ScriptedModel([{"thinking": "", "instructions": "New {{x}}."}])
    of = variable()
    rows = tuple(Labelled(inputs={"t": f"{number} {'long ' * 200}"}, target={"l": "x"}) for number in range(12))
    await mutate(asking(model), brief(of, Evidence(labelled=rows)), of.content)
    shown = [number for number in range(12) if f'"t": "{number} long' in prompt_of(model)]
    assert shown == list(range(7))


async def test_long_evidence_is_cut_but_the_value_is_shown_whole():
    long = "x" * 5000
    evidence = Evidence(bad=(ScoredPrediction(inputs={"t": "y" * 5000}, output=None, target=None, reward=0.0),))
    model, of = ScriptedModel([{"thinking": "", "instructions": "New."}]), variable()
    await mutate(asking(model), brief(of, evidence), {"instructions": long, "examples": []})
    assert long in prompt_of(model)
    assert "y" * 2001 not in prompt_of(model)
    assert "3000 characters more" in prompt_of(model)


async def test_a_text_is_cut_from_its_2001st_character_on():
    texts = ["a" * 2000, "b" * 2001]
    evidence = Evidence(
        bad=tuple(ScoredPrediction(inputs={"t": t}, output=None, target=None, reward=0.0) for t in texts)
    )
    model, of = ScriptedModel([{"thinking": "", "instructions": "New."}]), variable()
    await mutate(asking(model), brief(of, evidence), {"instructions": "Old.", "examples": []})
    assert f'"{texts[0]}"' in prompt_of(model)
    assert f'"{"b" * 2000}… (1 characters more)"' in prompt_of(model)


async def test_examples_are_evolved_only_where_the_variable_says_so():
    assert "examples" not in answer_schema(variable()).properties
    of = variable(evolve_examples=True)
    fresh = {"inputs": {"t": "new"}, "outputs": {"l": "y"}}
    model = ScriptedModel([{"thinking": "", "instructions": "Say {{x}}.", "examples": [fresh]}])
    rewrite = await mutate(asking(model), brief(of), of.content)
    assert rewrite.content["examples"] == [fresh]
    assert "secret example" in prompt_of(model)


async def test_a_field_called_thinking_is_no_trouble():
    of = variable({"thinking": {"type": "string"}})
    model = ScriptedModel([{"thinking_first": "hm", "thinking": "New {{x}}."}])
    rewrite = await mutate(asking(model), brief(of), of.content)
    assert (rewrite.reasoning, rewrite.content["thinking"]) == ("hm", "New {{x}}.")


async def test_plans_and_other_values_keep_their_schema():
    of = variable({"steps": {"type": "array", "items": {"type": "string"}}}, uses_examples=False)
    model = ScriptedModel([{"thinking": "", "steps": "not a list"}, {"thinking": "", "steps": ["a", "b"]}])
    rewrite = await mutate(asking(model), brief(of), of.content)
    assert rewrite.content["steps"] == ["a", "b"]  # after one repair


async def test_what_does_not_fit_after_one_repair_is_an_error():
    of = variable()
    model = ScriptedModel(lambda request: {"thinking": "", "instructions": "x", "extra": 1})
    with pytest.raises(InvalidAnswer):
        await mutate(asking(model), brief(of), of.content)
    assert len(model.requests) == 2


@pytest.mark.parametrize(
    ("answered", "reason"), [("Say {{x}}.", "value of a parent"), ("Say it.", "lost the placeholder {{x}}")]
)
async def test_useless_answers_are_refused(answered, reason):
    of = variable()
    model = ScriptedModel([{"thinking": "", "instructions": answered}])
    with pytest.raises(NoProposal, match=reason):
        await mutate(asking(model), brief(of), of.content)


async def test_f45_crossover_shows_both_and_keeps_the_first_ones_examples():
    model, of = ScriptedModel([{"thinking": "both", "instructions": "Both {{x}}."}]), variable()
    other = {"instructions": "Other {{y}}.", "examples": []}
    rewrite = await cross(asking(model), brief(of), of.content, other)
    text = prompt_of(model)
    assert "Say {{x}}." in text
    assert "Other {{y}}." in text
    assert "longer than the longer of the two" in text
    assert rewrite.content == {"instructions": "Both {{x}}.", "examples": [EXAMPLE]}


@pytest.mark.parametrize(
    ("rate", "epoch", "schedule", "probability"),
    [(0.02, 0, "epoch", 0.0), (0.02, 10, "epoch", 0.2), (0.02, 80, "epoch", 1.0), (0.05, 0, "constant", 0.05)],
)
def test_f39_crossover_gets_likelier_with_the_epochs(rate, epoch, schedule, probability):
    assert crossover_probability(rate, epoch, schedule=schedule) == pytest.approx(probability)
