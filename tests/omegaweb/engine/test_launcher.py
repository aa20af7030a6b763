"""Runs in threads: start, turn, stop, failure, interruption, and going on."""

from __future__ import annotations

import asyncio
import time

import pytest

from omegaweb.engine import execution, launcher, storage
from omegaweb.engine.launcher import Launcher
from omegaweb.runs.models import Checkpoint, Event, Run, RunState
from optimizer_core.errors import ModelUnavailable
from tests.omegaweb.engine.scripted_runs import finished, queued_run, sequences, until
from tests.omegaweb.engine.scripted_runs import script as script

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_completes_and_its_log_has_no_gap(alice, script):
    run = queued_run(alice)
    launcher.start(run.pk)

    run = finished(run)
    assert (run.state, run.reason, run.message) == (RunState.COMPLETED, "epochs_done", "")
    assert sequences(run) == list(range(1, run.last_sequence + 1))
    assert run.calls >= script.asked > 0  # embeddings are calls as well
    assert run.batches_done == 4
    assert run.candidates.get(number=0) == run.baseline
    assert (run.result or {})["baseline"]["n"] == 4
    assert run.candidates.count() > 2
    assert run.measurements.exists()


def test_more_runs_than_the_limit_take_turns(alice, script, monkeypatch):
    monkeypatch.setattr(launcher, "launcher", Launcher(limit=1))
    first, second = queued_run(alice, name="First", epochs=1), queued_run(alice, name="Second", epochs=1)
    launcher.start(first.pk)
    launcher.start(second.pk)

    until(lambda: Run.objects.filter(state=RunState.COMPLETED).count() == 2)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.finished_at is not None
    assert second.started_at is not None
    assert second.started_at >= first.finished_at
    until(lambda: not launcher.launcher.working_on())


def test_a_run_is_claimed_once(alice):
    queued_run(alice)

    assert launcher.claim_next() is not None
    assert launcher.claim_next() is None


def test_a_stop_request_from_anywhere_ends_the_run_within_two_seconds(alice, script):
    async def never(request):
        await asyncio.sleep(3600)

    script.answer = never
    run = queued_run(alice)
    launcher.start(run.pk)
    until(lambda: script.asked)

    began = time.monotonic()
    assert launcher.stop(run.pk)
    run = finished(run)
    assert time.monotonic() - began < 2
    assert (run.state, run.reason) == (RunState.STOPPED, "stop_requested")
    assert run.finished_at is not None


def test_stopping_twice_changes_nothing(alice):
    run = queued_run(alice)

    assert launcher.stop(run.pk)
    assert not launcher.stop(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.STOPPED


def test_a_model_that_cannot_be_reached_fails_the_run_with_a_message(alice, script):
    script.answer = lambda request: ModelUnavailable("connection refused by 127.0.0.1:9")
    run = queued_run(alice)
    launcher.start(run.pk)

    run = finished(run)
    assert (run.state, run.reason) == (RunState.FAILED, "error")
    assert "connection refused by 127.0.0.1:9" in run.message
    assert run.events.get(sequence=run.last_sequence).kind == "run.finished"


def test_a_configuration_that_cannot_work_fails_before_any_call(alice, script):
    run = queued_run(alice)
    configuration = {**run.configuration, "optimizer": {"kind": "omega", "parameters": {"population_size": 0}}}
    Run.objects.filter(pk=run.pk).update(configuration=configuration)
    launcher.start(run.pk)

    run = finished(run)
    assert run.state == RunState.FAILED
    assert "population_size" in run.message
    assert script.asked == 0


def test_a_bug_fails_the_run_and_names_itself(alice, script, monkeypatch):
    def break_down(run, *, gate, steering, stop):
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr(execution, "execute", break_down)
    run = queued_run(alice)
    launcher.start(run.pk)

    run = finished(run)
    assert run.state == RunState.FAILED
    assert "RuntimeError: a wheel came off" in run.message


def test_a_run_that_cannot_be_recorded_stops_and_keeps_what_was(alice, script, monkeypatch):
    append = storage.Storage._append

    def refuse(self, run_id, lines):
        if any(line.event.kind == "batch.finished" for line in lines):
            raise OSError("the disk is full")
        append(self, run_id, lines)

    monkeypatch.setattr(storage.Storage, "_append", refuse)
    run = queued_run(alice)
    launcher.start(run.pk)

    run = finished(run)
    assert run.state == RunState.FAILED
    assert "could not be written down" in run.message
    assert "the disk is full" in run.message
    assert sequences(run) == list(range(1, run.last_sequence + 1))
    assert Event.objects.filter(run=run, kind="candidate.scored").exists()


def test_an_interrupted_run_goes_on_from_its_checkpoint(alice, script):
    async def answer(request):
        if script.asked > 30:
            await asyncio.sleep(3600)
        return {"label": "billing"}

    run = queued_run(alice, epochs=3)
    script.answer = answer
    launcher.start(run.pk)
    until(lambda: Checkpoint.objects.filter(run=run).exists() and script.asked > 30)
    # What a killed process leaves behind; its thread here sees that the run is not its own any more.
    Run.objects.filter(pk=run.pk).update(state=RunState.INTERRUPTED)
    until(lambda: not launcher.launcher.working_on())
    run.refresh_from_db()
    said = run.last_sequence
    assert run.state == RunState.INTERRUPTED

    script.answer = lambda request: {"label": "billing"}
    assert launcher.continue_run(run.pk)
    run = finished(run)

    assert run.state == RunState.COMPLETED
    assert run.last_sequence > said
    assert sequences(run) == list(range(1, run.last_sequence + 1))
    starts = run.events.filter(kind="run.started").order_by("sequence")
    assert [start.payload["resumed"] for start in starts] == [False, True]
    assert run.batches_done == 6
    assert len(set(run.candidates.values_list("number", flat=True))) == run.candidates.count()


def test_calls_after_the_last_checkpoint_are_not_forgotten_by_a_run_that_goes_on(alice, script):
    async def answer(request):
        if script.asked > 30:
            await asyncio.sleep(3600)
        return {"label": "billing"}

    run = queued_run(alice, epochs=3)
    script.answer = answer
    launcher.start(run.pk)
    until(lambda: Checkpoint.objects.filter(run=run).exists() and script.asked > 30)
    Run.objects.filter(pk=run.pk).update(state=RunState.INTERRUPTED)
    until(lambda: not launcher.launcher.working_on())
    told = {"task": {"calls": 1000, "tokens": 50_000, "cost": 2.0}}
    Run.objects.filter(pk=run.pk).update(spend_by_role=told, seconds=500.0)

    script.answer = lambda request: {"label": "billing"}
    assert launcher.continue_run(run.pk)
    run = finished(run)

    assert run.state == RunState.COMPLETED
    assert run.spend_by_role["task"]["calls"] > 1000
    assert run.spend_by_role["task"]["tokens"] >= 50_000
    assert run.cost >= 2.0
    assert run.seconds >= 500.0


def test_only_an_interrupted_run_can_be_continued(alice):
    run = queued_run(alice)

    assert not launcher.continue_run(run.pk)


def test_two_tabs_that_continue_start_the_run_once(alice, script):
    run = queued_run(alice, epochs=1)
    Run.objects.filter(pk=run.pk).update(state=RunState.INTERRUPTED)

    assert [launcher.continue_run(run.pk), launcher.continue_run(run.pk)] == [True, False]
    assert finished(run).state == RunState.COMPLETED


def test_the_end_of_the_process_interrupts_what_is_under_way(alice, script):
    async def never(request):
        await asyncio.sleep(3600)

    script.answer = never
    run = queued_run(alice)
    own = Launcher(limit=1)
    own.fill()
    until(lambda: script.asked)

    own.close()

    run.refresh_from_db()
    assert run.state == RunState.INTERRUPTED
    assert "Continue" in run.message
    until(lambda: not own.working_on())
    run.refresh_from_db()
    assert run.state == RunState.INTERRUPTED
