"""How runs end: epochs, budget, stop, callbacks; who wins, and the test."""

from __future__ import annotations

import asyncio
import json
import math
import threading
import time
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import optimizer_core as oc
from optimizer_core.budget import Budget, Meter, Role, Usage
from optimizer_core.errors import ConfigurationError
from optimizer_core.optimizers import RandomFewShot
from optimizer_core.testing import ScriptedGate
from optimizer_core.training.holdback import Holdback
from tests.optimizer_core.training.cases import START, make_program, omega, run, words

ALL = f"{START} a=red b=green c=blue d=black"


def spent(recorder):
    return recorder.of("spend.updated")[-1].calls


async def test_the_winner_is_written_into_the_program():
    program, recorder = await run(optimizer=omega(selection="best"), epochs=6, test_data=words(8, start=200))
    finished = recorder.of("run.finished")[0]
    assert (finished.status, finished.reason) == ("completed", "epochs_done")
    assert finished.best != finished.baseline
    assert "a=red" in program.get_state()["namer"]["instructions"]
    tested = recorder.of("test.finished")[0]
    assert (tested.baseline["mean"], tested.baseline["n"], tested.winner["n"]) == (0.0, 8, 8)
    assert tested.winner["candidate"] == finished.best
    assert tested.difference["mean"] == tested.winner["mean"] > 0
    assert tested.verdict == "improved"


async def test_the_test_samples_are_touched_once_and_at_the_end():
    _, recorder = await run(test_data=words(8, start=200))
    touched = [i for i, e in enumerate(recorder.events) if e.kind == "candidate.scored" and e.split == "test"]
    searched = [i for i, e in enumerate(recorder.events) if e.kind == "candidate.scored" and e.split != "test"]
    assert min(touched) > max(searched)
    assert len(touched) == 2


async def test_nothing_better_keeps_the_original_and_says_so():
    program = make_program(instructions=ALL)
    worse = omega(lambda request: {"thinking": "", "instructions": "Guess {{word}}."})
    program, recorder = await run(program, worse, test_data=words(8, start=200))
    finished, tested = recorder.of("run.finished")[0], recorder.of("test.finished")[0]
    assert finished.best == finished.baseline
    assert program.get_state()["namer"]["instructions"] == ALL
    assert tested.verdict == "no_reliable_improvement"
    assert [e.candidate for e in recorder.of("candidate.scored") if e.split == "test"] == [finished.baseline]


async def test_a_tie_goes_to_the_baseline():
    program = make_program(instructions=ALL)
    program, recorder = await run(
        program, omega(lambda request: {"thinking": "", "instructions": f"{ALL}!"}, algorithm="ga")
    )
    assert len(recorder.of("validation.finished")) == 1 + 2 + 1  # the mutation was validated in full as well
    assert recorder.of("run.finished")[0].best == recorder.of("run.finished")[0].baseline


async def test_nothing_is_written_into_the_program_while_it_searches():
    program = make_program()

    class Look(oc.Callback):
        program: Any

        def on_event(self, event):
            if event.kind != "run.finished":
                assert self.program.get_state()["namer"]["instructions"] == START

    await run(program, omega(selection="best"), callbacks=[Look()], epochs=4)
    assert program.get_state()["namer"]["instructions"] != START


async def test_a_second_fit_goes_on_from_the_first_unless_restarted():
    program, _ = await run(optimizer=RandomFewShot())
    examples = program.get_state()["namer"]["examples"]
    assert examples
    _, recorder = await run(program, omega())
    assert recorder.of("candidate.proposed")[0].content["namer"]["examples"] == examples
    _, recorder = await run(program, omega(), restart=True)
    assert recorder.of("candidate.proposed")[0].content["namer"] == {"instructions": START, "examples": []}


async def test_the_budget_ends_the_search_and_still_pays_validation_and_test():
    _, recorder = await run(epochs=None, budget=Budget(calls=90), test_data=words(8, start=200))
    finished = recorder.of("run.finished")[0]
    assert (finished.status, finished.reason) == ("completed", "budget_spent")
    assert spent(recorder) <= 90
    assert recorder.of("test.finished")[0].winner["n"] == 8
    assert recorder.of("spend.updated")[0].left["calls"] == 90 - recorder.of("spend.updated")[0].calls


async def test_a_budget_that_pays_almost_nothing_still_ends_in_order():
    for calls in (1, 2, 5, 9, 12):
        _, recorder = await run(budget=Budget(calls=calls), test_data=words(8, start=200))
        finished = recorder.of("run.finished")[0]
        assert (finished.status, finished.reason) == ("completed", "budget_spent")
        assert finished.best == finished.baseline
        assert spent(recorder) <= calls


async def test_an_endless_run_with_nothing_left_to_try_ends():
    idle = RandomFewShot(nb_min_examples=0, nb_max_examples=0)
    _, recorder = await run(optimizer=idle, epochs=None, budget=Budget(calls=100_000))
    assert [e.code for e in recorder.of("warning.raised")] == ["nothing_left_to_try"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    calls=st.integers(1, 120),
    batch=st.integers(1, 6),
    minibatch=st.integers(0, 8),
    concurrency=st.integers(1, 16),
    tests=st.integers(0, 6),
    few_shot=st.booleans(),
)
def test_no_budget_is_ever_exceeded(calls, batch, minibatch, concurrency, tests, few_shot):
    _, recorder = asyncio.run(
        run(
            optimizer=RandomFewShot() if few_shot else omega(),
            epochs=None,
            batch_size=batch,
            minibatch_size=minibatch,
            concurrency=concurrency,
            budget=Budget(calls=calls),
            test_data=words(tests, start=200) if tests else None,
        )
    )
    assert spent(recorder) <= calls
    assert recorder.of("run.finished")[0].status == "completed"


async def test_a_stop_from_another_thread_ends_the_run_within_a_second():
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    _, recorder = await run(make_program(latency=30.0), stop=stop)
    assert time.monotonic() - began < 1.3
    finished = recorder.of("run.finished")[0]
    assert (finished.status, finished.reason) == ("stopped", "stop_requested")


async def test_a_stopped_run_keeps_what_it_has_found():
    stop = threading.Event()

    class Stop(oc.Callback):
        def on_epoch_end(self, epoch, logs):
            if epoch == 3:
                stop.set()

    program, recorder = await run(optimizer=omega(selection="best"), epochs=50, stop=stop, callbacks=[Stop()])
    finished = recorder.of("run.finished")[0]
    assert finished.status == "stopped"
    assert finished.best != finished.baseline
    assert "a=red" in program.get_state()["namer"]["instructions"]
    assert len(recorder.of("epoch.finished")) == 4


async def test_a_stop_ends_the_wait_for_reviews():
    stop = threading.Event()

    class Stop(oc.Callback):
        def on_event(self, event):
            if event.kind == "warning.raised":
                stop.set()

    never = ScriptedGate(lambda proposal: asyncio.Event().wait())
    _, recorder = await run(epochs=1, review=never, stop=stop, callbacks=[Stop()])
    assert recorder.of("run.finished")[0].status == "stopped"


async def test_a_cancelled_fit_says_so():
    recorder = oc.testing.RecordingCallback()
    task = asyncio.ensure_future(run(make_program(latency=30.0), callbacks=[recorder]))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert recorder.of("run.finished")[0].status == "stopped"


async def test_a_callback_can_end_the_run_after_the_batch():
    class Enough(oc.Callback):
        def on_train_batch_end(self, batch, logs):
            self.program.stop_training = True

    _, recorder = await run(epochs=5, callbacks=[Enough()])
    finished = recorder.of("run.finished")[0]
    assert (finished.status, finished.reason) == ("completed", "callback")
    assert len(recorder.of("batch.finished")) == 1


async def test_early_stopping_ends_when_the_target_is_reached():
    program = make_program(instructions=ALL)
    _, recorder = await run(program, omega(), epochs=5, callbacks=[oc.EarlyStopping()])
    assert recorder.of("run.finished")[0].reason == "target_reached"
    assert len(recorder.of("epoch.finished")) == 1


def test_what_a_checkpoint_holds_of_it_stays_as_it_was():
    holdback = Holdback(budget=Budget(calls=1000), validation=50, test=40)
    holdback.assume()
    meter = Meter(Budget(calls=1000))
    meter.settle(meter.reserve(Role.TASK), Usage(calls=100))
    holdback.measure(meter, answered=50)
    saved = holdback.to_json()
    told = json.dumps(saved)

    holdback.shrink(50)
    holdback.extend(Budget(calls=500), meter.spent)

    assert json.dumps(saved) == told != json.dumps(holdback.to_json())


def test_answers_from_the_journal_take_no_time_but_those_of_the_test_will():
    budget = Budget(seconds=100.0)
    holdback = Holdback(budget=budget, validation=10, test=4)
    spent = {Role.TASK: Usage(calls=20)}
    meter = Meter(budget, clock=lambda: 0.0, spent=spent, elapsed=40.0)  # two seconds a call
    for _ in range(10):
        meter.replay(Role.TASK, Usage(calls=1))
    holdback.measure(meter, answered=10)
    assert holdback.each["seconds"] == 2.0
    assert holdback.final_validation().seconds == 100.0 - 2 * 4 * 2.0


def test_the_end_is_held_back_from_the_start():
    holdback = Holdback(budget=Budget(calls=1000, tokens=None), validation=50, test=40)
    holdback.assume()
    assert holdback.search().calls == 1000 - 80
    meter = Meter(Budget(calls=1000))
    meter.settle(meter.reserve(Role.TASK), Usage(calls=100))  # two calls a sample
    holdback.measure(meter, answered=50)
    left = 1000 - 100
    assert holdback.final_validation().calls == 1000 - 160
    assert holdback.search().calls == 1000 - 160 - (left - 160) // 4
    assert holdback.search().tokens is None


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"epochs": 0}, "epochs=0"),
        ({"epochs": True}, "epochs=True"),
        ({"shuffle": "no"}, "shuffle='no' must be True or False"),
        ({"epochs": None}, "give a budget"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"concurrency": 0}, "concurrency=0"),
        ({"validation_freq": 0}, "validation_freq=0"),
        ({"validation_data": ([], [])}, "no samples"),
        ({"validation_data": None, "validation_split": 0.99}, "validation_split"),
        *(({"validation_data": None, "validation_split": wrong}, f"={wrong!r} must be") for wrong in ("a", math.nan)),
        ({"test_data": ([], [])}, "test_data has no samples"),
        ({"review": 5}, r"review=5 .* such as oc\.ApproveAll\(\)"),
        ({"review": oc.ApproveAll}, "review=<class"),
        ({"checkpoints": "run.json"}, r"checkpoints='run\.json' .* oc\.FileCheckpoints\(path\)"),
        ({"journal": "x.jsonl"}, r"journal='x\.jsonl' .* oc\.FileJournal\(path\)"),
        ({"stop": True}, r"stop=True .* threading\.Event\(\)"),
        ({"steering": 5}, r"steering=5 .* oc\.steering\.RequestList\(\)"),
        ({"resume_from": 5}, "resume_from=5"),
        ({"budget": {"calls": 50}}, r"budget=\{'calls': 50\} .* oc\.Budget"),
        ({"callbacks": [5]}, r"callbacks\[1\]=5 .* on_event"),
        ({"callbacks": [oc.EarlyStopping]}, r"callbacks\[1\]=<class .*EarlyStopping"),
    ],
)
async def test_what_cannot_work_is_refused_before_any_call(settings_, message):
    program = make_program()
    with pytest.raises(ConfigurationError, match=message):
        await run(program, **settings_)
    assert program.root_module.language_model.requests == []


async def test_callbacks_are_a_list_of_whatever_is_told_events_or_none():
    kinds = []

    class Monitor:
        def on_event(self, event):
            kinds.append(event.kind)

    program = make_program()
    program.compile(optimizer=omega(), reward="exact_match")
    fit = partial(program.fit, *words(4), validation_data=words(4), batch_size=4)
    for one in (oc.History(), Monitor(), "callback"):
        with pytest.raises(ConfigurationError, match="give a list"):
            await fit(callbacks=one)
    assert program.root_module.language_model.requests == []
    await fit(callbacks=None)
    await fit(callbacks=[Monitor()])
    assert kinds[-1] == "run.finished"
