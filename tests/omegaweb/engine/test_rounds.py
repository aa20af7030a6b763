"""Threads that look after runs outlive whatever goes wrong at one look."""

from __future__ import annotations

import threading

import pytest

from omegaweb.engine import recovery
from omegaweb.engine.launcher import launcher
from omegaweb.engine.watcher import Watcher
from omegaweb.runs.models import Run
from tests.factories_runs import make_run

PROBLEMS = [Run.DoesNotExist("deleted meanwhile"), ValueError("what a run holds is wrong")]


def failing_with(problem):
    def fail(**_):
        raise problem

    return fail


@pytest.mark.django_db
@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("step", ["decide_overdue", "take_from_the_gone", "serve_sleepers", "say_what_is_left"])
def test_what_fails_in_a_round_does_not_keep_queued_runs_from_their_turn(monkeypatch, problem, step):
    filled = []
    monkeypatch.setattr(recovery, step, failing_with(problem))
    monkeypatch.setattr(launcher, "fill", lambda: filled.append(True))

    recovery.make_round()

    assert filled == [True]


@pytest.mark.django_db
def test_a_run_that_is_deleted_while_its_time_limit_is_taken_ends_no_round(monkeypatch):
    filled = []
    monkeypatch.setattr(recovery, "decide_overdue", lambda **_: [10**6])
    monkeypatch.setattr(launcher, "fill", lambda: filled.append(True))

    recovery.make_round()

    assert filled == [True]


@pytest.mark.django_db(transaction=True)
def test_a_run_can_be_stopped_although_a_look_at_its_requests_fails(alice, monkeypatch):
    run, stop = make_run(alice, fence=3), threading.Event()
    watcher = Watcher(run.pk, fence=3, stop=stop, look=[failing_with(ValueError("odd request"))])
    looked_once = threading.Event()
    real = watcher._look_once

    def look_once(**options):
        try:
            real(**options)
        finally:
            looked_once.set()

    monkeypatch.setattr(watcher, "_look_once", look_once)
    watcher.start()
    assert looked_once.wait(5)
    Run.objects.filter(pk=run.pk).update(stop_requested_at=run.created_at)
    stopped = stop.wait(5)
    watcher.finish()

    assert stopped
