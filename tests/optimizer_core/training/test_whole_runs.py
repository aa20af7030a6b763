"""Whole runs on harder ground: several variables, a bad provider, plans instead of prompts."""

from __future__ import annotations

import random

import pytest

import optimizer_core as oc
from optimizer_core.errors import ModelUnavailable, RateLimited
from optimizer_core.optimizers import RandomFewShot
from optimizer_core.testing import RecordingCallback, ScriptedModel
from tests.optimizer_core.training.cases import Colour, Word, answer, make_program, omega, run, words


class TwoSteps(oc.Module):
    """Repeats the word by one model, then names its colour by another."""

    def __init__(self, model):
        super().__init__(name="two")
        self.first = oc.Generator(inputs=Word, outputs=Word, instructions="Repeat.", name="first", language_model=model)
        self.second = oc.Generator(
            inputs=Word, outputs=Colour, instructions="Name.", name="second", language_model=model
        )

    async def call(self, inputs, rollout):
        repeated = await self.first(inputs, rollout)
        return None if repeated is None else await self.second(repeated, rollout)


def two_steps():
    def script(request):
        return oc.testing.inputs_of(request) if "word" in request.schema["properties"] else answer(request)

    return oc.Program(TwoSteps(ScriptedModel(script)), name="two", description="Two steps.")


@pytest.mark.parametrize("optimizer", [RandomFewShot, lambda: omega(rewrite_any, algorithm="dns-rank")])
async def test_a_program_of_several_modules_changes_one_variable_at_a_time(optimizer):
    program, recorder = await run(two_steps(), optimizer(), epochs=2)
    contents = {e.candidate: e.content for e in recorder.of("candidate.proposed")}
    children = [e for e in recorder.of("candidate.proposed") if e.parents]
    assert {child.variable for child in children[:2]} == {"two/first", "two/second"}
    for child in children:
        parent = contents[child.parents[0]]
        assert [name for name in parent if parent[name] != child.content[name]] == [child.variable]
    assert set(program.get_state()) == {"two/first", "two/second"}


def rewrite_any(request):
    return {"thinking": "", "instructions": f"Rule {len(request.messages[1]['content'])}: a=red b=green c=blue d=black"}


async def test_a_provider_that_fails_every_fifth_call_ruins_nothing():
    chance = random.Random(3)

    def flaky(request):
        luck = chance.random()
        if luck < 0.05:
            return RateLimited("429", retry_after=0.0)
        if luck < 0.1:
            return ModelUnavailable("500")
        if luck < 0.15:
            return '{"colour": '
        if luck < 0.2:
            return {"color": "red"}
        return answer(request)

    program, recorder = await run(make_program(flaky), omega(selection="best"), epochs=6, test_data=words(8, start=300))
    assert recorder.of("run.finished")[0].status == "completed"
    failed = [r for e in recorder.of("candidate.scored") for r in e.results if r.error]
    assert failed
    assert all(r.reward == 0.0 for r in failed)
    sent = len(program.root_module.language_model.requests) + len(program.optimizer.language_model.requests)
    by_role = recorder.of("spend.updated")[-1].by_role
    assert by_role["task"]["calls"] + by_role["proposer"]["calls"] == sent


async def test_f42_f31_name_description_and_instructions_reach_where_they_belong():
    optimizer = omega(name="mine", description="Mine.", instructions="Mind the commas.")
    _, recorder = await run(optimizer=optimizer)
    assert optimizer.language_model.requests[0].messages[0]["content"].startswith("Mind the commas.")
    told = recorder.of("run.started")[0].configuration["optimizer"]
    assert (told["name"], told["description"]) == ("mine", "Mine.")


async def test_f60_validation_is_folded_into_the_running_mean():
    _, recorder = await run(optimizer=omega(selection="best"), epochs=3)
    validated = {e.candidate: e for e in recorder.of("validation.finished")}
    for event in recorder.of("population.updated"):
        for survivor in event.survivors:
            if survivor.candidate in validated and validated[survivor.candidate].epoch <= event.epoch:
                assert survivor.count == 8
                assert survivor.reward == pytest.approx(validated[survivor.candidate].logs["val_reward"])


async def test_f51_one_baseline_is_population_enough():
    recorder = RecordingCallback()
    program = make_program()
    program.compile(optimizer=omega(), reward="exact_match")
    await program.fit(*words(1), validation_data=words(1), callbacks=[recorder])
    assert recorder.of("run.finished")[0].status == "completed"
    assert len(recorder.of("population.updated")[0].survivors) == 1
