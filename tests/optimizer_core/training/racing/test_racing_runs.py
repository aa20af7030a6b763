"""Racing runs, whole: what they find, pay, tell, and that their path depends on answers alone."""

from __future__ import annotations

import asyncio
import json
import random

import pytest

import optimizer_core as oc
from optimizer_core.json_values import content_hash
from optimizer_core.review import Decision, Verdict
from optimizer_core.testing import ScriptedGate, ScriptedModel
from tests.optimizer_core.training.cases import START, add_a_rule, answer, current_instructions, make_program, words
from tests.optimizer_core.training.racing.cases import race, racer, rules_in
from tests.optimizer_core.training.test_reproducible import Keep, in_any_order, path, varied

WIDE = {"proposals_in_flight": 4, "algorithm": "dns-rank", "population_size": 4}


async def test_it_finds_every_rule_and_keeps_what_wins():
    program, recorder = await race()
    state = program.get_state()["namer"]
    shown = {example["inputs"]["word"][0] for example in state["examples"]}
    assert shown | {letter for letter in "abcd" if f"{letter}=" in state["instructions"]} == set("abcd")
    dropped = {event.candidate for event in recorder.of("candidate.dropped")}
    for update in recorder.of("population.updated"):
        assert dropped.isdisjoint(survivor.candidate for survivor in update.survivors)


async def test_a_mutation_strides_over_several_steps_before_it_races():
    only_mutation = racer(example_limit=0)
    _, recorder = await race(optimizer=only_mutation, epochs=1)
    steps = [event for event in recorder.of("candidate.proposed") if event.operator == "mutation"]
    texts = [event.content["namer"]["instructions"] for event in steps[:4]]
    assert [rules_in(text) for text in texts] == [1, 2, 3, 4]
    raced = {event.candidate for event in recorder.of("candidate.scored") if event.split == "validation"}
    assert [step.candidate in raced for step in steps[:4]] == [False, False, False, True]


async def test_every_group_of_failures_is_rewritten_for_before_anything_is_tried():
    _, recorder = await race(optimizer=racer(example_limit=0), epochs=1)
    steps = [event.candidate for event in recorder.of("candidate.proposed") if event.operator == "mutation"]
    tried = {event.candidate for event in recorder.of("candidate.scored")}
    assert [step in tried for step in steps[:4]] == [False, False, False, True]


async def test_a_bad_rewriting_does_not_spoil_those_before_it():
    def spoil_the_third(request):
        proposal = add_a_rule(request)
        text = proposal["instructions"]
        return {**proposal, "instructions": START} if rules_in(text) > 2 else proposal

    program, recorder = await race(optimizer=racer(spoil_the_third, example_limit=0), epochs=1)
    dropped = {event.candidate: event.by for event in recorder.of("candidate.dropped")}
    assert dropped
    assert set(dropped.values()) <= {event.candidate for event in recorder.of("candidate.scored")}
    assert rules_in(program.get_state()["namer"]["instructions"]) == 2


async def test_targets_of_rows_that_it_answers_nothing_about_are_shown_as_well():
    optimizer = racer(example_limit=0)
    await race(optimizer=optimizer, epochs=1)
    first = optimizer.language_model.requests[0].messages[1]["content"]
    answered, _, more = first.partition("## More inputs, with nothing but what is expected of them")
    assert {f'"{word.word}"' in answered for word in words(12)[0]} == {True, False}
    assert all((f'"{word.word}"' in answered) != (f'"{word.word}"' in more) for word in words(12)[0])


async def test_no_failure_is_shown_among_the_well_scored_answers():
    optimizer = racer(example_limit=0)
    await race(optimizer=optimizer, epochs=1)
    for request in optimizer.language_model.requests:
        good = request.messages[1]["content"].partition("## Well scored answers")[2].partition("##")[0]
        bad = request.messages[1]["content"].partition("## Badly scored answers")[2].partition("##")[0]
        assert '"reward": 0.0' not in good
        assert '"reward": 0.0' in bad


async def test_a_step_that_mends_nothing_is_dropped_and_told():
    def useless(request):
        return {"thinking": "?", "instructions": f"{current_instructions(request)} Hm."}

    _, recorder = await race(optimizer=racer(useless, example_limit=0), epochs=1)
    dropped = recorder.of("candidate.dropped")
    assert dropped
    assert {(event.reason, event.count) for event in dropped} == {("mends_nothing", 0)}
    validated = {event.candidate for event in recorder.of("candidate.scored") if event.split == "validation"}
    assert validated == {recorder.of("run.started") and recorder.of("candidate.proposed")[0].candidate}


async def test_a_stride_leaves_what_its_race_costs():
    one_by_one = racer(example_limit=0, nb_worst_predictions=1)
    _, recorder = await race(optimizer=one_by_one, epochs=None, budget=oc.Budget(calls=56))
    baseline = recorder.of("candidate.proposed")[0].candidate
    raced = [event.candidate for event in recorder.of("candidate.scored") if event.split == "validation"]
    assert set(raced) - {baseline}


async def test_a_child_that_breaks_more_than_it_mends_falls_behind():
    def swap(request):
        word = json.loads(request.messages[-1]["content"])["word"]
        known = "SWAPPED" not in request.messages[0]["content"]
        right = answer(request)["colour"] if known else {"d": "black"}.get(word[0], "unknown")
        return {"colour": right}

    def break_all(request):
        return {
            "thinking": "d",
            "instructions": f"{START} a=red b=green c=blue SWAPPED {content_hash(request.messages)}",
        }

    program = make_program(swap, instructions=f"{START} a=red b=green c=blue")
    program, recorder = await race(program, racer(break_all, example_limit=0, nb_best_predictions=0), epochs=1)
    fallen = recorder.of("candidate.dropped")
    assert fallen
    assert {event.reason for event in fallen} == {"fell_behind"}
    assert all(event.better >= 5 and event.worse >= 1 for event in fallen)
    assert "SWAPPED" not in program.get_state()["namer"]["instructions"]


async def test_rows_of_the_data_become_examples_without_a_call():
    def silent(request):
        raise oc.errors.ModelUnavailable("not here")

    program, recorder = await race(optimizer=racer(silent), epochs=8)
    examples = program.get_state()["namer"]["examples"]
    x, y = words(12)
    rows = [{"inputs": word.model_dump(), "outputs": colour.model_dump()} for word, colour in zip(x, y, strict=True)]
    assert examples
    assert all(example in rows for example in examples)
    assert {event.operator for event in recorder.of("candidate.proposed")[1:]} == {"few_shot"}


async def test_examples_stay_as_they_are_where_that_is_wanted():
    program, _ = await race(optimizer=racer(example_limit=0))
    assert program.get_state()["namer"]["examples"] == []


@pytest.mark.parametrize("budget", [40, 75, 150, 333])
async def test_calls_never_exceed_the_budget(budget):
    task, proposer = ScriptedModel(answer), None
    optimizer = racer(varied, **WIDE)
    proposer = optimizer.language_model
    program = make_program(language_model=task)
    await race(program, optimizer, epochs=None, budget=oc.Budget(calls=budget))
    embedded = 0 if optimizer.embedding_model is None else len(optimizer.embedding_model.embedded)
    assert len(task.requests) + len(proposer.requests) <= budget
    assert embedded == 0 or len(task.requests) + len(proposer.requests) < budget
    assert len(task.requests) + len(proposer.requests) >= budget * 0.6 or budget > 300


async def test_nothing_is_asked_twice():
    task = ScriptedModel(answer)
    await race(make_program(language_model=task), racer(varied, **WIDE))
    asked = [json.dumps(request.messages, sort_keys=True) for request in task.requests]
    assert len(asked) == len(set(asked))


async def test_the_same_answers_take_the_same_path_whoever_answers_first():
    paths = []
    for concurrency in (1, 16):
        _, recorder = await race(
            make_program(in_any_order(answer)), racer(in_any_order(varied), **WIDE), concurrency=concurrency
        )
        paths.append(path(recorder))
    assert paths[0] == paths[1]


@pytest.mark.parametrize("calls", [200, 300, 450])
async def test_so_do_they_to_the_last_call_of_a_budget(calls):
    paths = []
    for concurrency in (1, 5, 16):
        _, recorder = await race(
            make_program(in_any_order(answer)),
            racer(in_any_order(varied), **WIDE),
            concurrency=concurrency,
            epochs=None,
            budget=oc.Budget(calls=calls),
            validation_data=words(60, start=100),
        )
        paths.append([each for each in path(recorder) if each[0] != "warning.raised"])
    assert paths[0] == paths[1] == paths[2]
    assert paths[0][-1][0] == "run.finished"


async def test_a_resumed_run_takes_the_path_it_would_have_taken():
    kept = Keep()
    program, whole = await race(optimizer=racer(varied, **WIDE), checkpoints=kept)
    saved_at = [i for i, event in enumerate(whole.events) if event.kind == "checkpoint.saved"]
    assert len(saved_at) == len(kept.states) == 1 + 3 * 3
    for place, state in zip(saved_at, kept.states, strict=True):
        again, rest = await race(optimizer=racer(varied, **WIDE), resume_from=json.loads(state))
        told = path(type("R", (), {"events": whole.events[:place]}))
        assert told + path(rest)[1:] == path(whole)
        assert again.get_state() == program.get_state()


async def test_what_a_race_has_cost_is_reckoned_to_the_call_also_where_texts_are_embedded():
    kept = Keep()
    optimizer = racer(varied, algorithm="dns-rank", population_size=2)
    _, recorder = await race(optimizer=optimizer, checkpoints=kept, epochs=None, budget=oc.Budget(calls=300))
    states = [json.loads(state) for state in kept.states]
    paid = [sum(used["calls"] for used in state["spend"]["by_role"].values()) for state in states]
    assert [state["racing"]["cost"] for state in states] == paid
    embedding = recorder.of("spend.updated")[-1].by_role["embedding"]
    assert 1 < embedding["calls"] < len(recorder.of("epoch.finished"))


async def test_a_budget_is_spent_also_where_attempts_failed_at_the_beginning():
    failed: list[object] = []

    def shaky(request):
        if len(failed) < 20:
            failed.append(request)
            raise oc.errors.ModelUnavailable("try again")
        return answer(request)

    program = make_program(language_model=ScriptedModel(shaky, retry=30))
    _, recorder = await race(program, racer(varied, **WIDE), epochs=None, budget=oc.Budget(calls=400))
    assert len(failed) == 20
    assert recorder.of("spend.updated")[-1].calls > 400 - 20


async def test_only_winners_are_reviewed_and_the_rejected_never_come_back():
    gate = ScriptedGate(lambda proposal: Verdict(decision=Decision.REJECTED, comment="too long", reviewer="Eve"))
    program, recorder = await race(optimizer=racer(varied), review=gate)
    asked = {proposal.candidate for proposal in gate.asked}
    assert asked
    assert asked.isdisjoint(event.candidate for event in recorder.of("candidate.dropped"))
    assert program.get_state()["namer"]["instructions"] == START
    assert len(gate.asked) == len(asked)


async def test_a_stop_lands_nothing_half_done():
    stop = __import__("threading").Event()

    class StopSoon(oc.Callback):
        def on_event(self, event):
            if event.kind == "batch.finished":
                stop.set()

    async def slow(request):
        await asyncio.sleep(0.01)
        return answer(request)

    _, recorder = await race(make_program(slow), racer(varied, **WIDE), stop=stop, callbacks=[StopSoon()])
    assert recorder.of("run.finished")[0].status == "stopped"
    introduced = {event.candidate for event in recorder.of("candidate.proposed")}
    assert {event.candidate for event in recorder.of("candidate.scored")} <= introduced


async def test_races_grow_when_little_is_left_to_mend():
    _, recorder = await race(validation_data=words(200, start=100), epochs=4)
    counts = [event.count for event in recorder.of("candidate.scored") if event.split == "validation"]
    assert min(counts) <= 21 < max(counts)


def after_some_turns(script, seed):
    """The same answers, each after another number of turns of the loop."""
    chance = random.Random(seed)

    async def later(request):
        for _ in range(int(60 * chance.random() ** 3)):
            await asyncio.sleep(0)
        return script(request)

    return later


async def test_which_calls_are_the_last_does_not_depend_on_who_is_faster_also_where_distances_cost_calls():
    ends = set()
    for seed, concurrency in enumerate((1, 8, 32)):
        optimizer = racer(
            after_some_turns(varied, 31 * seed),
            proposals_in_flight=6,
            algorithm="dns-rank",
            population_size=2,
            merging_rate=0.3,
        )
        _, recorder = await race(
            make_program(after_some_turns(answer, 31 * seed + 1)),
            optimizer,
            seed=650,
            epochs=None,
            budget=oc.Budget(calls=735),
            concurrency=concurrency,
        )
        ends.add(tuple(told for told in path(recorder) if told[0] != "warning.raised"))
    assert len(ends) == 1
