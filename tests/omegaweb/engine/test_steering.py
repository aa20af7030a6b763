"""What people ask of a run in its thread, through rows: pauses and more budget, also after a restart."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from django.utils import timezone

from omegaweb.engine import launcher, recovery
from omegaweb.engine.launcher import Launcher
from omegaweb.runs.configuration import BudgetChoice
from omegaweb.runs.extension import extend
from omegaweb.runs.going_on import go_on
from omegaweb.runs.models import Checkpoint, Run, RunState
from omegaweb.runs.models.requests import Steer
from omegaweb.runs.steering import ask
from tests.omegaweb.engine.scripted_runs import finished, queued_run, sequences, until
from tests.omegaweb.engine.scripted_runs import script as script

pytestmark = pytest.mark.django_db(transaction=True)


def slow(script: Any) -> None:
    async def answer(request: Any) -> Any:
        await asyncio.sleep(0.06)  # so that it is under way for longer than a look at what was asked of it takes
        return {"label": "billing"}

    script.answer = answer


def state_of(run: Run) -> str:
    return str(Run.objects.values_list("state", flat=True).get(pk=run.pk))


def paused_run(alice: Any, script: Any, *, epochs: int = 3) -> Run:
    slow(script)
    run = queued_run(alice, epochs=epochs)
    launcher.start(run.pk)
    until(lambda: script.asked > 12)
    ask(run, user=alice, action=Steer.PAUSE)
    until(lambda: state_of(run) == RunState.PAUSED)
    return run


def test_a_pause_takes_effect_within_two_seconds_and_asks_nothing_until_it_is_over(alice, script):
    slow(script)
    run = queued_run(alice, epochs=3)
    launcher.start(run.pk)
    until(lambda: script.asked > 12)

    began = time.monotonic()
    request = ask(run, user=alice, action=Steer.PAUSE)
    until(lambda: state_of(run) == RunState.PAUSED)
    assert time.monotonic() - began < 2
    request.refresh_from_db()
    assert request.applied_at is not None
    asked = script.asked
    time.sleep(0.3)
    assert script.asked <= asked + 2  # what was under way
    run.refresh_from_db()
    assert (run.reason, run.can_be_resumed, run.can_be_paused) == ("asked", True, False)

    ask(run, user=alice, action=Steer.RESUME)
    run = finished(run)
    assert (run.state, run.reason, run.batches_done) == (RunState.COMPLETED, "epochs_done", 6)
    assert sequences(run) == list(range(1, run.last_sequence + 1))


def test_a_paused_run_stops_within_two_seconds(alice, script):
    run = paused_run(alice, script)

    began = time.monotonic()
    assert launcher.stop(run.pk, user=alice)
    assert finished(run).state == RunState.STOPPED
    assert time.monotonic() - began < 2


def test_a_paused_run_stays_paused_over_a_restart_and_goes_on_when_resumed(alice, script):
    slow(script)
    run = queued_run(alice, epochs=3)
    first = Launcher(limit=1)
    first.fill()
    until(lambda: script.asked > 12)
    ask(run, user=alice, action=Steer.PAUSE)
    until(lambda: state_of(run) == RunState.PAUSED)

    first.close()
    until(lambda: not first.working_on())
    recovery.make_round()
    run.refresh_from_db()
    assert (run.state, run.is_asleep) == (RunState.PAUSED, True)

    ask(run, user=alice, action=Steer.RESUME)
    assert launcher.wake(run.pk)
    run = finished(run)
    assert (run.state, run.batches_done) == (RunState.COMPLETED, 6)
    assert sequences(run) == list(range(1, run.last_sequence + 1))


def test_what_was_asked_while_the_process_died_is_served_by_the_next_round(alice, script):
    run = queued_run(alice, epochs=1)
    Run.objects.filter(pk=run.pk).update(state=RunState.PAUSED, reason="asked", claimed_by="elsewhere:1:0")
    run.refresh_from_db()
    ask(run, user=alice, action=Steer.RESUME)
    assert not launcher.wake(run.pk)

    recovery.make_round()
    assert finished(run).state == RunState.COMPLETED


def test_a_sleeping_run_can_be_stopped(alice, script):
    run = queued_run(alice)
    Run.objects.filter(pk=run.pk).update(state=RunState.PAUSED, reason="asked", claimed_by="")
    request = ask(run, user=alice, action=Steer.RESUME)

    assert launcher.stop(run.pk)
    request.refresh_from_db()
    assert (state_of(run), request.problem) == (RunState.STOPPED, "The run ended before.")


def test_a_run_that_pauses_leaves_its_room_to_others(alice, script, monkeypatch):
    monkeypatch.setattr(launcher, "launcher", Launcher(limit=1))
    slow(script)
    first, second = queued_run(alice, name="First", epochs=3), queued_run(alice, name="Second", epochs=1)
    launcher.start(first.pk)
    until(lambda: script.asked > 12)
    ask(first, user=alice, action=Steer.PAUSE)
    until(lambda: state_of(first) == RunState.PAUSED)
    launcher.start(second.pk)
    until(lambda: state_of(second) == RunState.COMPLETED)
    assert state_of(first) == RunState.PAUSED
    launcher.stop(first.pk)
    until(lambda: not launcher.launcher.working_on())


def budgeted(alice: Any, *, calls: int) -> Run:
    run = queued_run(alice, epochs=50)
    configuration = {
        **run.configuration,
        "pause_when_spent": True,
        "budget": {"calls": calls, "tokens": None, "cost": None, "minutes": None},
    }
    Run.objects.filter(pk=run.pk).update(configuration=configuration)
    run.refresh_from_db()
    return run


def test_a_spent_budget_pauses_and_an_extension_lets_the_run_go_on_until_it_is_told_to_finish(alice, script):
    run = budgeted(alice, calls=60)
    launcher.start(run.pk)
    until(lambda: state_of(run) == RunState.PAUSED)
    run.refresh_from_db()
    assert (run.reason, run.waits_for_budget, run.can_be_resumed) == ("budget_spent", True, False)
    assert run.calls <= 60

    extend(run, user=alice, more={"calls": 40})
    until(lambda: run.events.filter(kind="run.paused").count() == 2)
    until(lambda: state_of(run) == RunState.PAUSED)
    run.refresh_from_db()
    assert run.choices.budget == BudgetChoice(calls=100)
    assert 60 < run.calls <= 100

    ask(run, user=alice, action=Steer.FINISH)
    run = finished(run)
    assert run.state == RunState.COMPLETED
    assert run.calls <= 100
    assert run.result


def paused_and_left(alice: Any) -> Run:
    """A run that paused with its budget of 60 calls spent, and whose server was closed then."""
    run = budgeted(alice, calls=60)
    first = Launcher(limit=1)
    first.fill()
    until(lambda: state_of(run) == RunState.PAUSED)
    first.close()
    until(lambda: not first.working_on())
    return run


def test_a_spent_run_is_extended_after_a_restart(alice, script):
    run = paused_and_left(alice)
    run.refresh_from_db()
    said = run.last_sequence

    extend(run, user=alice, more={"calls": 30})
    assert launcher.wake(run.pk)
    until(lambda: run.events.filter(kind="run.paused", sequence__gt=said).exists())
    run.refresh_from_db()
    assert 60 < run.calls <= 90
    assert run.choices.budget == BudgetChoice(calls=90)
    launcher.stop(run.pk)


def killed_while_finishing(alice: Any, *, is_in_state: bool) -> Run:
    """A run that paused with its budget spent and was told to finish; its process was killed before it had."""
    run = paused_and_left(alice)
    request = ask(run, user=alice, action=Steer.FINISH)
    type(request).objects.filter(pk=request.pk).update(applied_at=timezone.now())
    if is_in_state:
        Checkpoint.objects.create(run=run, part="steered/applied/000000000", state=[str(request.pk)])
    Run.objects.filter(pk=run.pk).update(state=RunState.QUEUED)
    return run


@pytest.mark.parametrize("is_in_state", [True, False])
def test_a_run_that_was_told_to_finish_and_killed_finishes_and_searches_only_when_it_goes_on(
    alice, script, is_in_state
):
    run = killed_while_finishing(alice, is_in_state=is_in_state)

    launcher.start(run.pk)
    until(lambda: state_of(run) in (RunState.COMPLETED, RunState.PAUSED))
    run = finished(run) if state_of(run) == RunState.COMPLETED else run
    assert (state_of(run), run.reason) == (RunState.COMPLETED, "finish_requested")

    go_on(run, user=alice, more={"calls": 60})
    launcher.start(run.pk)
    until(lambda: state_of(run) in (RunState.COMPLETED, RunState.PAUSED))
    assert state_of(run) == RunState.PAUSED  # its budget is spent again
    launcher.stop(run.pk)
    until(lambda: not launcher.launcher.working_on())
