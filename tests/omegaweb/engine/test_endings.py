"""Runs whose process or database went away: they go on by themselves, or say why not."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from omegaweb.engine import endings, launcher, recovery, storage
from omegaweb.engine.claims import SILENCE, THIS_PROCESS, Claim
from omegaweb.engine.recorder import RecordingFailed, Writer
from omegaweb.runs.models import Run, RunState
from tests import event_streams
from tests.factories_runs import make_run
from tests.omegaweb.engine.recording import empty_run
from tests.omegaweb.engine.scripted_runs import finished, queued_run
from tests.omegaweb.engine.scripted_runs import script as script

pytestmark = pytest.mark.django_db(transaction=True)


def lost_run(alice, **changes):
    changes = {"claimed_by": "elsewhere:7:abc", "fence": 3, **changes}
    return make_run(alice, heartbeat_at=timezone.now() - SILENCE - timedelta(seconds=1), **changes)


def test_a_run_that_lost_its_server_waits_for_its_turn_again(alice, settings):
    settings.AUTO_CONTINUE = True
    run = lost_run(alice)

    assert recovery.take_from_the_gone() == [run.pk]
    run.refresh_from_db()
    assert (run.state, run.losses, run.fence) == (RunState.QUEUED, 1, 4)
    assert "by itself" in run.message


def test_where_people_continue_runs_it_waits_for_them(alice, settings):
    settings.AUTO_CONTINUE = False
    run = lost_run(alice)

    recovery.take_from_the_gone()
    run.refresh_from_db()
    assert run.state == RunState.INTERRUPTED
    assert "Continue" in run.message


def test_a_run_that_brings_its_server_down_again_and_again_is_left_to_people(alice, settings):
    settings.AUTO_CONTINUE = True
    run = lost_run(alice, losses=endings.TRIES)

    recovery.take_from_the_gone()
    run.refresh_from_db()
    assert run.state == RunState.INTERRUPTED
    assert f"{endings.TRIES + 1} times in a row" in run.message


def test_the_end_of_the_server_is_no_loss(alice, settings):
    settings.AUTO_CONTINUE = True
    run = make_run(alice, claimed_by=THIS_PROCESS)

    launcher.Launcher(limit=1).close()
    run.refresh_from_db()
    assert (run.state, run.losses) == (RunState.QUEUED, 0)


def test_what_is_answered_to_a_run_makes_earlier_losses_forgotten(alice, script):
    run = queued_run(alice, epochs=1, losses=2)
    launcher.start(run.pk)

    assert finished(run).losses == 0


def test_a_stop_that_was_asked_while_the_server_was_away_is_honoured(alice, settings, script):
    async def never(request):
        await asyncio.sleep(3600)

    settings.AUTO_CONTINUE = True
    script.answer = never
    run = lost_run(alice, stop_requested_at=timezone.now())
    configured = queued_run(alice)
    Run.objects.filter(pk=run.pk).update(
        configuration=configured.configuration, dataset_version=configured.dataset_version
    )
    configured.delete()

    recovery.make_round()

    assert finished(run).state == RunState.STOPPED


def test_a_run_of_this_process_without_a_thread_is_taken_up_again(alice):
    run = make_run(alice, claimed_by=THIS_PROCESS)

    assert recovery.take_from_the_gone() == [run.pk]


@pytest.mark.parametrize("trouble", ["database or disk is full", "database is locked", "unable to open database file"])
def test_a_database_that_cannot_be_written_halts_the_run_with_a_message(alice, script, monkeypatch, trouble):
    append = storage.Storage._append
    broken: list[bool] = []

    def refuse(self, run_id, lines):
        if broken or any(line.event.kind == "batch.finished" for line in lines):
            broken.append(True)
            raise OperationalError(trouble)
        append(self, run_id, lines)

    run = queued_run(alice, epochs=1)
    with monkeypatch.context() as patch:
        patch.setattr(storage.Storage, "_append", refuse)
        launcher.start(run.pk)
        run = finished(run)
    assert (run.state, run.reason) == (RunState.INTERRUPTED, "storage")
    assert trouble in run.message
    assert "continue" in run.message

    script.begin_again()
    assert launcher.continue_run(run.pk)
    run = finished(run)
    assert (run.state, run.reason, run.message) == (RunState.COMPLETED, "epochs_done", "")


@pytest.mark.parametrize("step", ["omegaweb.engine.execution.RowJournal", "omegaweb.engine.launcher.RowSteering"])
def test_a_database_that_is_locked_as_a_run_begins_does_not_fail_the_run(alice, script, monkeypatch, step):
    def refuse(*args):
        raise OperationalError("database is locked")

    run = queued_run(alice, epochs=1)
    with monkeypatch.context() as patch:
        patch.setattr(step, refuse)
        launcher.start(run.pk)
        run = finished(run)
    assert (run.state, run.reason) == (RunState.INTERRUPTED, "storage")

    assert launcher.continue_run(run.pk)
    assert finished(run).state == RunState.COMPLETED


def test_what_could_not_be_said_is_said_when_the_database_is_back(alice, monkeypatch):
    run = make_run(alice, claimed_by=THIS_PROCESS, fence=1)
    claim = Claim(run_id=run.pk, fence=1)

    def refuse(*args, **values):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr("django.db.models.query.QuerySet.update", refuse)
        endings.halt(claim, "database is locked")
        with pytest.raises(OperationalError):
            endings.say_what_is_left()
    assert Run.objects.get(pk=run.pk).state == RunState.RUNNING

    recovery.make_round()

    run.refresh_from_db()
    assert (run.state, run.reason) == (RunState.INTERRUPTED, "storage")
    assert endings._unsaid == {}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite keeps the database in a file of ours")
def test_a_database_file_that_was_taken_away_is_not_written_into(alice, monkeypatch, tmp_path):
    run, writer = empty_run(alice), Writer()
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "gone.sqlite3"))
    writer.write(run.pk, event_streams.started())
    writer.submit(run.pk, lambda: None).result()

    with pytest.raises(RecordingFailed, match="is gone"):
        writer.write(run.pk, event_streams.started())
