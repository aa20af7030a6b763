"""Pausing: nothing new is asked, nothing is lost, no time counts; a spent budget can pause a run, and be extended."""

from __future__ import annotations

import asyncio
import threading

import pytest

from optimizer_core import steering
from optimizer_core.budget import Budget, Meter, Role, Usage
from optimizer_core.callbacks import Callback
from optimizer_core.errors import BudgetExhausted, ConfigurationError, RunStopped
from optimizer_core.steering import RequestList
from optimizer_core.testing import RecordingCallback
from optimizer_core.training.reporting import Reporter
from tests.optimizer_core.training.cases import make_program, omega, run
from tests.optimizer_core.training.racing.cases import race, racer
from tests.optimizer_core.training.test_reproducible import path

#: Long enough for what is under way to end, and for anything new to be noticed.
A_MOMENT = 0.25


class Pauses(Callback):
    """Pauses at the first event of a kind and does something a moment after the run says that it pauses."""

    def __init__(self, requests, program, then, *, kind="batch.finished", ask=True):
        self._requests, self._program, self._then, self._kind, self._ask = requests, program, then, kind, ask
        self.asked_between = -1
        self.reasons = []

    def on_event(self, event):
        super().on_event(event)
        if event.kind == self._kind and self._ask:
            self._ask = False
            self._requests.ask(steering.PauseRequested(author="alice"))
        if event.kind == "run.paused":
            self.reasons.append(event.reason)
            asyncio.get_running_loop().call_later(A_MOMENT, self._count)
            asyncio.get_running_loop().call_later(2 * A_MOMENT, self._go_on)

    @property
    def _asked(self):
        return len(self._program.root_module.language_model.requests)

    def _count(self):
        self._before = self._asked

    def _go_on(self):
        self.asked_between = self._asked - self._before
        self._then()


def told(recorder):
    return [event for event in path(recorder) if event[0] not in ("steering.applied", "run.paused", "run.resumed")]


@pytest.mark.parametrize("fit", [run, race])
async def test_while_it_pauses_nothing_is_asked_and_then_it_goes_on_as_if_nothing_had_been(fit):
    optimizer = racer if fit is race else omega
    _, undisturbed = await fit(make_program(), optimizer())
    requests, program = RequestList(), make_program(latency=0.01)
    pauses = Pauses(requests, program, lambda: requests.ask(steering.ResumeRequested(author="bob")))
    _, recorder = await fit(program, optimizer(), steering=requests, callbacks=[pauses])
    assert pauses.asked_between == 0
    assert [(event.reason, event.by) for event in recorder.of("run.paused")] == [("asked", "alice")]
    assert [event.by for event in recorder.of("run.resumed")] == ["bob"]
    assert told(recorder) == told(undisturbed)


async def test_a_pause_in_mid_batch_keeps_the_answers_under_way():
    requests, program = RequestList(), make_program(latency=0.05)
    pauses = Pauses(requests, program, lambda: requests.ask(steering.ResumeRequested()), kind="validation.finished")
    _, recorder = await run(program, omega(), steering=requests, callbacks=[pauses], concurrency=2)
    asked = [str(request.messages) for request in program.root_module.language_model.requests]
    assert pauses.asked_between == 0
    assert recorder.of("spend.updated")[-1].by_role["task"]["calls"] == len(asked)
    assert len(set(asked)) == len(asked)


async def test_a_paused_run_can_be_stopped():
    requests, program, stop = RequestList(), make_program(), threading.Event()
    _, recorder = await run(
        program, omega(), steering=requests, stop=stop, callbacks=[Pauses(requests, program, stop.set)]
    )
    finished = recorder.of("run.finished")[0]
    assert (finished.status, finished.reason) == ("stopped", "stop_requested")


async def test_a_paused_run_can_be_told_to_finish():
    requests, program = RequestList(), make_program()
    finish = Pauses(requests, program, lambda: requests.ask(steering.FinishRequested(author="alice")))
    _, recorder = await run(program, omega(), steering=requests, callbacks=[finish], epochs=50)
    finished = recorder.of("run.finished")[0]
    assert (finished.status, finished.reason) == ("completed", "finish_requested")
    assert len(recorder.of("batch.finished")) < 10


@pytest.mark.parametrize("fit", [run, race])
async def test_a_spent_budget_pauses_the_run_until_it_is_extended(fit):
    requests, program = RequestList(), make_program()
    more = iter([Budget(calls=150), Budget(calls=180)])

    def extend():
        budget = next(more, None)
        last = steering.FinishRequested() if budget is None else steering.BudgetExtended(budget=budget, author="bob")
        requests.ask(last)

    pauses = Pauses(requests, program, extend, ask=False)
    _, recorder = await fit(
        program,
        racer(proposals_in_flight=2) if fit is race else omega(population_size=2),
        steering=requests,
        callbacks=[pauses],
        epochs=None,
        budget=Budget(calls=90),
        on_budget_spent="pause",
    )
    assert pauses.reasons == ["budget_spent"] * 3
    assert pauses.asked_between == 0
    calls = [event.calls for event in recorder.of("spend.updated")]
    assert 150 < calls[-1] <= 180
    finished = recorder.of("run.finished")[0]
    assert (finished.status, finished.reason in ("budget_spent", "finish_requested")) == ("completed", True)
    assert [event.fields["budget"]["calls"] for event in recorder.of("steering.applied")[:2]] == [150, 180]
    assert recorder.of("spend.updated")[-1].left["calls"] == 180 - calls[-1]


@pytest.mark.parametrize("calls", [132, 138, 168])
async def test_epochs_end_also_where_a_budget_was_spent_and_extended(calls):
    requests = RequestList()
    more = iter([Budget(calls=calls + 80), Budget(calls=calls + 160)])

    class Extends(Callback):
        def on_event(self, event):
            super().on_event(event)
            if event.kind == "run.paused":
                budget = next(more, None)
                requests.ask(steering.BudgetExtended(budget=budget) if budget else steering.FinishRequested())

    _, recorder = await race(
        optimizer=racer(proposals_in_flight=4),
        steering=requests,
        callbacks=[Extends()],
        epochs=None,
        batch_size=2,  # six landings to an epoch
        budget=Budget(calls=calls),
        on_budget_spent="pause",
    )
    landed = [(event.epoch, event.batch) for event in recorder.of("batch.finished")]
    assert landed == [divmod(number, 6) for number in range(len(landed))]
    last, _ = landed[-1]
    assert [event.epoch for event in recorder.of("epoch.started")] == list(range(last + 1))
    assert recorder.of("epoch.finished")[-1].epoch >= last - 2  # what landed last found nothing to end an epoch with


async def test_an_extended_budget_takes_the_path_of_one_that_was_larger_from_the_start():
    _, whole = await run(optimizer=omega(population_size=2), epochs=3, budget=Budget(calls=1000))
    requests, program = RequestList(), make_program()
    pauses = Pauses(
        requests, program, lambda: requests.ask(steering.BudgetExtended(budget=Budget(calls=1000))), ask=False
    )
    _, recorder = await run(
        program,
        omega(population_size=2),
        epochs=3,
        budget=Budget(calls=50),
        steering=requests,
        callbacks=[pauses],
        on_budget_spent="pause",
    )
    assert pauses.reasons == ["budget_spent"]
    found = [[event for event in told(each) if event[0] != "warning.raised"] for each in (recorder, whole)]
    assert found[0] == found[1]


async def test_half_most_and_nearly_all_of_a_budget_are_told_once():
    _, recorder = await run(optimizer=omega(population_size=2), epochs=None, budget=Budget(calls=60, seconds=1000))
    warnings = [event for event in recorder.of("warning.raised") if event.code.startswith("budget_")]
    assert [event.code for event in warnings][:2] == ["budget_50_calls", "budget_80_calls"]
    assert len({event.code for event in warnings}) == len(warnings)
    assert warnings[0].message == "50 % of the budget of 60 calls is spent."


def test_they_are_told_anew_after_an_extension_but_not_after_a_resume():
    meter, heard = Meter(spent={Role.TASK: Usage(calls=6)}), RecordingCallback()
    reporter = Reporter([heard], meter, Budget(calls=10, tokens=100))
    for calls in (1, 1, 1, 1):
        meter.settle(meter.reserve(Role.TASK), Usage(calls=calls, prompt_tokens=5))
        reporter.pulse()
    assert [event.code for event in heard.of("warning.raised")] == ["budget_80_calls", "budget_95_calls"]
    reporter.use_budget(Budget(calls=20, tokens=100))
    reporter.pulse()
    assert len(heard.of("warning.raised")) == 2  # half of it was told before
    for _ in range(6):
        meter.settle(meter.reserve(Role.TASK), Usage(calls=1))
        reporter.pulse()
    assert [event.code for event in heard.of("warning.raised")][2:] == ["budget_80_calls"]


async def test_what_to_do_when_the_budget_is_spent_is_one_of_two():
    with pytest.raises(ConfigurationError, match="on_budget_spent='wait' must be one of finish, pause"):
        await run(on_budget_spent="wait")


def test_time_does_not_count_during_pauses_that_overlap_a_wait_for_reviewers():
    now = [0.0]
    meter = Meter(Budget(seconds=10), clock=lambda: now[0])
    now[0] = 1.0
    with meter.waiting():
        now[0] = 5.0
        meter.pause("asked")
        now[0] = 8.0
    now[0] = 20.0
    meter.resume("asked")
    now[0] = 21.0
    assert (meter.waited, meter.spent["seconds"], meter.elapsed) == (19.0, 2.0, 21.0)


def test_a_meter_goes_on_when_every_reason_for_the_pause_is_gone():
    meter = Meter(Budget(calls=1))
    meter.pause("asked")
    meter.pause("budget_spent")
    assert meter.reserve_unless_paused(Role.TASK) is None
    meter.resume("asked")
    assert meter.paused_for == ("budget_spent",)
    meter.resume("budget_spent")
    assert meter.reserve_unless_paused(Role.TASK) is not None
    with pytest.raises(BudgetExhausted):
        meter.reserve_unless_paused(Role.TASK)
    meter.pause_when_spent = "budget_spent"
    assert meter.reserve_unless_paused(Role.TASK) is None
    assert meter.paused_for == ("budget_spent",)


async def test_whoever_waits_for_the_end_of_a_pause_hears_of_a_stop():
    meter = Meter()
    meter.pause("asked")
    waiting = asyncio.ensure_future(meter.pause_is_over())
    await asyncio.sleep(0)
    meter.stop()
    with pytest.raises(RunStopped):
        await waiting
