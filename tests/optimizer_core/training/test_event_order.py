"""What a run says, in order: the contract of whoever records it."""

from __future__ import annotations

import itertools

import pytest

from optimizer_core.errors import ModelUnavailable
from optimizer_core.events import event_from_json, event_to_json
from optimizer_core.testing import RecordingCallback
from tests.optimizer_core.training.cases import START, answer, make_program, omega, run, words

BATCH = ["candidate.scored", "candidate.proposed", "candidate.scored"]


async def test_the_golden_order_of_a_run():
    _, recorder = await run(epochs=1, batch_size=6, test_data=words(4, start=200))
    assert recorder.kinds == [
        "run.started",
        "candidate.proposed",  # the baseline
        "candidate.scored",  # all of validation
        "validation.finished",  # epoch −1
        "population.updated",
        "best.changed",
        "epoch.started",
        "candidate.scored",  # the parent on the batch
        "candidate.proposed",
        "candidate.scored",  # the child on the minibatch; the parent is known there
        "best.changed",
        "batch.finished",
        "candidate.scored",
        # the second child is the first one again
        "proposal.failed",
        "batch.finished",
        "candidate.scored",  # what the best has not answered yet
        "validation.finished",
        "candidate.embedded",
        "candidate.embedded",
        "population.updated",
        "epoch.finished",
        "candidate.scored",  # baseline on test
        "candidate.scored",  # winner on test
        "test.finished",
        "run.finished",
    ]


async def test_every_event_survives_json():
    _, recorder = await run(test_data=words(4, start=200))
    for event in recorder.events:
        assert event_from_json(event.kind, event_to_json(event)) == event


async def test_the_baseline_is_told_with_its_own_line():
    _, recorder = await run()
    baseline = recorder.of("candidate.proposed")[0]
    validated = recorder.of("validation.finished")[0]
    assert (baseline.operator, baseline.content["namer"]["instructions"]) == ("baseline", START)
    assert (validated.epoch, validated.candidate, validated.logs) == (
        -1,
        baseline.candidate,
        {"val_reward": 0.0, "n": 8},
    )


async def test_a_result_is_reported_once_and_means_are_running():
    _, recorder = await run(epochs=3)
    seen = [(e.candidate, result.sample) for e in recorder.of("candidate.scored") for result in e.results]
    assert len(seen) == len(set(seen))
    last = {e.candidate: e for e in recorder.of("candidate.scored") if e.split == "validation"}
    for name, event in last.items():
        rewards = [
            r.reward
            for e in recorder.of("candidate.scored")
            if e.candidate == name and e.split == "validation"
            for r in e.results
        ]
        assert (event.mean, event.count) == (pytest.approx(sum(rewards) / len(rewards)), len(rewards))


async def test_f64_in_the_first_epoch_only_the_baseline_is_mutated_then_it_compounds():
    _, recorder = await run(epochs=3, optimizer=omega(selection="best"))
    baseline = recorder.of("candidate.proposed")[0].candidate
    children = recorder.of("candidate.proposed")[1:]
    assert all(child.parents == (baseline,) for child in children if child.epoch == 0)
    assert any(child.parents != (baseline,) for child in children if child.epoch > 0)
    assert children[0].reasoning == "a is unknown"


async def test_seeds_are_scored_at_the_start_and_become_parents():
    program = make_program(seed_instructions=[f"{START} a=red b=green"])
    _, recorder = await run(program, epochs=1)
    seed = recorder.of("candidate.proposed")[1]
    assert (seed.operator, seed.parents) == ("seed", (recorder.of("candidate.proposed")[0].candidate,))
    assert {s.candidate for s in recorder.of("population.updated")[0].survivors} >= {seed.candidate}
    assert recorder.of("population.updated")[0].epoch == -1


async def test_a_parent_and_its_child_are_judged_on_the_same_samples():
    program = make_program(seed_instructions=[f"{START} a=red b=green"])
    _, recorder = await run(program, epochs=2, optimizer=omega(selection="best"))
    scored: dict[str, set[str]] = {}
    for event in recorder.of("candidate.scored"):
        if event.split == "validation":
            scored.setdefault(event.candidate, set()).update(result.sample for result in event.results)
    for child in recorder.of("candidate.proposed"):
        if child.operator == "mutation":
            assert scored[child.candidate] <= scored[child.parents[0]] or len(scored[child.candidate]) == 8


async def test_f52_a_failed_proposal_is_told_and_the_run_goes_on():
    _, recorder = await run(optimizer=omega(lambda request: ModelUnavailable("no answer")))
    failed = recorder.of("proposal.failed")
    assert len(failed) == 6
    assert (failed[0].operator, failed[0].variable, failed[0].reason) == ("mutation", "namer", "no answer")
    assert recorder.of("run.finished")[0].status == "completed"


async def test_a_proposal_that_is_known_or_lost_a_placeholder_fails_with_that_reason():
    _, recorder = await run(
        optimizer=omega(lambda request: {"thinking": "", "instructions": f"{START} again"}), epochs=1
    )
    assert [e.reason for e in recorder.of("proposal.failed")] == ["exactly this is known already"] * 2
    _, recorder = await run(optimizer=omega(lambda request: {"thinking": "", "instructions": "Name it."}), epochs=1)
    assert "lost the placeholder {{word}}" in recorder.of("proposal.failed")[0].reason


async def test_failed_samples_score_zero_and_say_why():
    def sometimes(request):
        return ModelUnavailable("down") if "a0" in request.messages[-1]["content"] else answer(request)

    _, recorder = await run(make_program(sometimes), epochs=1)
    failed = [r for e in recorder.of("candidate.scored") for r in e.results if r.error]
    assert failed
    assert all((r.reward, r.error) == (0.0, "down") for r in failed)


async def test_spend_is_told_at_least_every_twenty_calls():
    _, recorder = await run(validation_data=words(60, start=100))
    calls = [0, *(event.calls for event in recorder.of("spend.updated"))]
    assert max(after - before for before, after in itertools.pairwise(calls)) <= 20 + 16
    assert recorder.of("spend.updated")[-1].by_role["proposer"]["calls"] >= 1


async def test_a_failing_listener_stops_the_run():
    class Full:
        def on_event(self, event):
            if event.kind == "batch.finished":
                raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        await run(callbacks=[Full()])


async def test_the_run_fails_at_once_when_the_model_cannot_be_reached():
    program = make_program(lambda request: ModelUnavailable("connection refused"))
    recorder = RecordingCallback()
    program.compile(optimizer=omega(), reward="exact_match")
    x, y = words(12)
    with pytest.raises(ModelUnavailable, match="connection refused"):
        await program.fit(x, y, validation_data=words(40, start=100), callbacks=[recorder])
    finished = recorder.of("run.finished")[0]
    assert (finished.status, finished.reason) == ("failed", "error")
    assert "connection refused" in finished.message
    assert recorder.of("spend.updated")[-1].calls == 8
