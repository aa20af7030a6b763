"""The server is killed in mid-run: everything is there, and the run can be continued."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.urls import reverse

from omegaweb.engine import recovery
from omegaweb.runs.models import Checkpoint, JournalEntry, Run, RunState
from tests.omegaweb.engine.scripted_runs import finished, queued_run, sequences, until
from tests.omegaweb.engine.scripted_runs import script as script

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_killed_run_is_interrupted_and_goes_on_where_it_was(alice, alice_client, script):
    run = queued_run(alice, epochs=20)
    database = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "tests.journeys.doomed_server", str(settings.DATA_DIR), database]
    server = subprocess.Popen(command, cwd=settings.BASE_DIR)
    try:
        until(lambda: Checkpoint.objects.filter(run=run).exists() and Run.objects.get(pk=run.pk).batches_done > 3)
        assert recovery.take_from_the_gone() == []  # it lives
    finally:
        server.kill()
        server.wait()

    assert recovery.take_from_the_gone() == [run.pk]
    before = Run.objects.get(pk=run.pk)
    assert before.state == RunState.INTERRUPTED
    assert sequences(before) == list(range(1, before.last_sequence + 1))
    assert "Continue" in alice_client.get(run.get_absolute_url()).content.decode()

    alice_client.post(reverse("runs:continue", args=[run.pk]))

    after = finished(run)
    assert (after.state, after.message) == (RunState.COMPLETED, "")
    assert after.batches_done == 40
    assert sequences(after) == list(range(1, after.last_sequence + 1))
    resumed = after.events.filter(kind="run.started", sequence__gt=before.last_sequence).get()
    assert resumed.payload["resumed"]
    paid = JournalEntry.objects.filter(run=run).aggregate(calls=Sum("calls"))["calls"]
    assert after.calls == paid  # what was done after the newest state is done again, and costs nothing
