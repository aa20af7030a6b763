"""Races of programs of every kind, and of models that fail."""

from __future__ import annotations

import json
from zlib import crc32

import pytest

import optimizer_core as oc
from optimizer_core.errors import ModelUnavailable
from optimizer_core.testing import ScriptedModel
from tests.optimizer_core.training.cases import COLOURS, START, Colour, Word, add_a_rule, answer, make_program
from tests.optimizer_core.training.racing.cases import race, racer
from tests.optimizer_core.training.test_reproducible import Keep

ONLY_EXAMPLES = {"mutation": 0.0, "few_shot": 1.0, "crossover": 0.0}


@pytest.fixture
def only_examples(monkeypatch):
    monkeypatch.setattr("optimizer_core.optimizers.drafting.SHARES", ONLY_EXAMPLES)


async def test_a_variable_without_examples_is_rewritten_only():
    def write_code(request):
        known = [c for c in COLOURS if f"'{c}'" in request.messages[-1]["content"].split("## Badly")[0]]
        colours = {c: COLOURS[c] for c in [*known, *[c for c in COLOURS if c not in known][:1]]}
        return {"thinking": "?", "python_script": f"result = {{'colour': {colours}.get(inputs['word'][0], 'unknown')}}"}

    module = oc.PythonSynthesis(inputs=Word, outputs=Colour, python_script="result = {'colour': 'unknown'}")
    _, recorder = await race(oc.Program(module), racer(write_code))
    assert recorder.of("run.finished")[0].status == "completed"
    operators = {event.operator for event in recorder.of("candidate.proposed")}
    assert "mutation" in operators
    assert "few_shot" not in operators


async def test_evolved_examples_are_the_models_affair():
    def with_example(request):
        letters = [c for c in COLOURS if f"{c}=" in request.messages[1]["content"]]
        rules = " ".join(f"{c}={COLOURS[c]}" for c in [*letters, *[c for c in COLOURS if c not in letters][:1]])
        return {"thinking": "?", "instructions": f"{START} {rules}", "examples": []}

    _, recorder = await race(make_program(evolve_examples=True), racer(with_example))
    assert "few_shot" not in {event.operator for event in recorder.of("candidate.proposed")}


async def test_examples_of_a_chain_of_thought_are_what_it_thought_itself(only_examples):
    def think(request):
        return {"thinking": "a letter", **answer(request)}

    module = oc.ChainOfThought(
        inputs=Word, outputs=Colour, instructions=f"{START} a=red b=green", language_model=ScriptedModel(think)
    )
    _, recorder = await race(oc.Program(module, name="thinker"), racer())
    grown = [event for event in recorder.of("candidate.proposed") if event.operator == "few_shot"]
    assert grown
    examples = next(iter(grown[0].content.values()))["examples"]
    assert examples
    assert all(set(example["outputs"]) == {"thinking", "colour"} for example in examples)


async def test_a_row_becomes_an_example_only_of_a_variable_it_fits(only_examples):
    class Hint(oc.DataModel):
        hint: str

    def both(request):
        asked = json.dumps(request.schema)
        return {"hint": "?"} if "hint" in asked else {"colour": "red"}

    model = ScriptedModel(both)
    first = oc.Generator(inputs=Word, outputs=Hint, language_model=model, name="first")
    second = oc.Generator(inputs=None, outputs=Colour, language_model=model, name="second")
    _, recorder = await race(oc.Program(oc.Sequential([first, second], name="two")), racer())
    for event in recorder.of("candidate.proposed"):
        for example in event.content["two/first"]["examples"]:
            assert set(example["outputs"]) == {"hint"}


async def test_a_proposer_that_is_down_ends_the_search_whatever_the_budget():
    def down(request):
        raise ModelUnavailable("not here")

    _, recorder = await race(optimizer=racer(down, example_limit=0), epochs=None, budget=oc.Budget(tokens=10_000_000))
    assert "nothing_left_to_try" in {event.code for event in recorder.of("warning.raised")}


async def test_a_callback_that_has_had_enough_ends_the_epoch_once():
    class Enough(oc.Callback):
        def on_event(self, event):
            super().on_event(event)
            if event.kind == "batch.finished" and event.epoch == 1:
                self.program.stop_training = True

    _, recorder = await race(optimizer=racer(proposals_in_flight=4), callbacks=[Enough()])
    assert [event.epoch for event in recorder.of("epoch.finished")] == [0, 1]


async def test_a_step_on_the_way_may_be_proposed_and_win_later():
    """A stride whose last step spoils everything must not bar the good step before it."""

    def spoil_second(request):
        proposal = add_a_rule(request)
        first = "=" not in proposal["instructions"].split(" a=red")[0] and "b=" not in proposal["instructions"]
        return proposal if first else {**proposal, "instructions": f"{proposal['instructions']} BROKEN"}

    def task(request):
        if "BROKEN" in request.messages[0]["content"] and crc32(request.messages[-1]["content"].encode()) % 2:
            return {"colour": "broken"}
        return answer(request)

    _, recorder = await race(make_program(task), racer(spoil_second, example_limit=0))
    refused = [event for event in recorder.of("proposal.failed") if "known already" in event.reason]
    won = [event.candidate for event in recorder.of("best.changed")]
    assert not (refused and len(won) == 1)


async def test_a_winner_is_validated_in_full_beside_the_baseline():
    _, recorder = await race()
    last = {}
    for event in recorder.of("validation.finished"):
        last[event.candidate] = event.logs["n"]
    winner, baseline = recorder.of("run.finished")[0].best, recorder.of("run.finished")[0].baseline
    assert last[winner] == last[baseline] == 24


async def test_a_resumed_run_may_be_given_less():
    kept = Keep()
    await race(checkpoints=kept, budget=oc.Budget(seconds=1000))
    state = json.loads(kept.states[0])
    state["holdback"]["for_test"] = {"seconds": 500}
    _, recorder = await race(resume_from=state, budget=oc.Budget(seconds=400))
    assert recorder.of("run.finished")[0].status == "completed"
