"""Runs whose process went away."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from django.utils import timezone

from omegaweb.engine import recovery
from omegaweb.engine.claims import SILENCE, THIS_PROCESS
from omegaweb.engine.launcher import launcher
from omegaweb.runs.models import RunState
from tests.factories_runs import make_run

HERE = socket.gethostname()[:60]
#: Above the largest process id Linux gives.
NOBODY = 2**22 + 1


def run_of(alice, *, claimed_by: str, silent_for: timedelta = timedelta(0), **changes):
    return make_run(alice, claimed_by=claimed_by, heartbeat_at=timezone.now() - silent_for, **changes)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.WAITING])
def test_a_run_without_signs_of_life_is_interrupted(alice, state):
    run = run_of(alice, claimed_by="elsewhere:7:abc", silent_for=SILENCE + timedelta(seconds=1), state=state)

    assert recovery.take_from_the_gone() == [run.pk]
    run.refresh_from_db()
    assert run.state == RunState.INTERRUPTED
    assert "Continue" in run.message


@pytest.mark.django_db
def test_a_run_of_a_living_process_elsewhere_is_left_alone(alice):
    run_of(alice, claimed_by="elsewhere:7:abc", silent_for=SILENCE - timedelta(seconds=5))

    assert recovery.take_from_the_gone() == []


@pytest.mark.django_db
def test_a_run_whose_process_on_this_machine_is_gone_is_interrupted_at_once(alice):
    run = run_of(alice, claimed_by=f"{HERE}:{NOBODY}:abc")

    assert recovery.take_from_the_gone() == [run.pk]


@pytest.mark.django_db
def test_a_run_with_a_thread_here_is_never_abandoned_however_long_it_was_suspended(alice, monkeypatch):
    run = run_of(alice, claimed_by=THIS_PROCESS, silent_for=timedelta(days=1))
    monkeypatch.setattr(launcher, "working_on", lambda: [run.pk])

    assert recovery.take_from_the_gone() == []


@pytest.mark.django_db
def test_a_restarted_process_with_the_same_id_knows_that_it_is_another(alice):
    host, process_id, _ = THIS_PROCESS.rsplit(":", 2)
    run = run_of(alice, claimed_by=f"{host}:{process_id}:before")

    assert recovery.take_from_the_gone() == [run.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.COMPLETED, RunState.STOPPED, RunState.FAILED])
def test_only_runs_under_way_can_be_interrupted(alice, state):
    run_of(alice, claimed_by="", silent_for=timedelta(days=1), state=state)

    assert recovery.take_from_the_gone() == []


@pytest.mark.django_db(transaction=True)
async def test_the_server_looks_after_runs_from_its_start_to_its_end(monkeypatch):
    rounds: list[str] = []
    monkeypatch.setattr(recovery, "make_round", lambda: rounds.append("round"))
    monkeypatch.setattr(launcher, "close", lambda: rounds.append("closed"))
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[str] = []

    async def receive():
        return next(messages)

    async def send(message):
        sent.append(message["type"])

    await recovery.lifespan({}, receive, send)

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert rounds[0] == "round"
    assert "closed" in rounds
