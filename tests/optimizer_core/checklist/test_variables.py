"""Checklist, rows F70 to F73: trainable variables."""

from __future__ import annotations

import pytest

import optimizer_core as oc
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.operators.evidence import Evidence
from optimizer_core.operators.mutation import mutate
from optimizer_core.operators.prompts import Brief
from optimizer_core.operators.rewriting import Asking
from optimizer_core.testing import ScriptedModel
from tests.optimizer_core.checklist.runs import omega
from tests.optimizer_core.training.cases import START, Colour, Word, make_program, run

#: What the original keeps inside the variable beside the custom fields.
BOOKKEEPING = (
    "current_predictions",
    "predictions",
    "seed_candidates",
    "candidates",
    "best_candidates",
    "history",
    "nb_visit",
    "cumulative_reward",
)


async def test_f070_bookkeeping_is_kept_elsewhere_so_every_field_name_but_examples_is_free():
    fields = {name: {"type": "string"} for name in (*BOOKKEEPING, "example", "prediction", "candidate_2", "reward")}
    schema = Schema.of({"type": "object", "properties": fields, "required": list(fields)})
    variable = oc.modules.Masked(in_mask=["x"]).add_variable(schema=schema, value=dict.fromkeys(fields, "old"))
    new = dict.fromkeys(fields, "new")
    model = ScriptedModel([{"thinking": "", **new}])
    asking = Asking(model=model, temperature=0.3, reasoning_effort=None, meter=oc.Meter())
    rewrite = await mutate(asking, Brief(program="", variable=variable, evidence=Evidence()), variable.content)
    assert rewrite.content == {**new, "examples": []}
    with pytest.raises(ConfigurationError, match="'examples' is taken"):
        oc.modules.Masked(in_mask=["x"]).add_variable(
            schema=Schema.of({"type": "object", "properties": {"examples": {"type": "array"}}}), value={"examples": []}
        )


async def test_f071_seed_instructions_are_starting_points_beside_the_current_value():
    program = make_program(seed_instructions=["Name it. a=red", "Say it. b=green"])
    _, recorder = await run(program, omega(), epochs=1)
    told = [event for event in recorder.of("candidate.proposed") if event.operator in ("baseline", "seed")]
    assert [event.content["namer"]["instructions"] for event in told] == [START, "Name it. a=red", "Say it. b=green"]


def test_f071_seed_scripts_and_seed_plans_are_seeds_too():
    pytest.importorskip("pydantic_monty")
    script = oc.PythonSynthesis(
        inputs=Word, outputs=Colour, python_script="result = {'colour': 'red'}", seed_scripts=["result = {}"]
    )
    plan = oc.SequentialPlanSynthesis(inputs=Word, outputs=Colour, steps=["look"], seed_plans=[["read", "name"]])
    assert script.variable.seeds == [{"python_script": "result = {}"}]
    assert plan.plan.seeds == [{"steps": ["read", "name"]}]


class Lookup(oc.Module):
    """Answers from a table that OMEGA may rewrite."""

    def __init__(self) -> None:
        super().__init__(name="lookup")
        schema = Schema.of(
            {
                "type": "object",
                "properties": {"table": {"type": "object", "additionalProperties": {"type": "string"}}},
                "required": ["table"],
            }
        )
        self.variable = self.add_variable(
            schema=schema, value={"table": {}}, description="First letter to colour.", uses_examples=False
        )

    async def call(self, inputs, rollout):
        table = rollout.value(self.variable)["table"]
        answer = {"colour": table.get(inputs["word"][0], "unknown")}
        rollout.trace.append(oc.modules.Prediction(variable=self.variable.name, inputs=inputs, outputs=answer))
        return answer


async def test_f072_a_variable_of_ones_own_is_optimized_by_its_schema_and_description():
    model = ScriptedModel(
        lambda request: {"thinking": "", "table": {"a": "red", "b": "green", "c": "blue", "d": "black"}}
    )
    program = oc.Program(Lookup(), name="colours")
    await run(program, omega(language_model=model), epochs=1)
    assert "First letter to colour." in model.requests[0].messages[1]["content"]
    assert program.get_state()["lookup"]["table"]["b"] == "green"


async def test_f073_what_is_frozen_never_changes():
    class Pair(oc.Module):
        def __init__(self) -> None:
            super().__init__(name="pair")
            first = make_program().root_module
            self.frozen = oc.Generator(
                inputs=Word, outputs=Colour, instructions="Stay.", name="frozen", trainable=False,
                language_model=first.language_model,
            )  # fmt: skip
            self.free = first

        async def call(self, inputs, rollout):
            await self.frozen(inputs, rollout)
            return await self.free(inputs, rollout)

    program = oc.Program(Pair())
    assert [variable.name for variable in program.trainable_variables] == ["pair/namer"]
    _, recorder = await run(program, omega(), epochs=1)
    assert all(set(event.content) == {"pair/namer"} for event in recorder.of("candidate.proposed"))
    program.root_module.trainable = False
    with pytest.raises(ConfigurationError, match="no trainable variable"):
        await run(program, omega())
