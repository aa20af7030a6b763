"""A run belongs to one process at a time, whoever else asks for it or comes back from the dead."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from omegaweb.engine import recovery
from omegaweb.engine.claims import SILENCE, Claim
from omegaweb.engine.launcher import claim_next
from omegaweb.engine.recorder import RecordingFailed, Writer
from omegaweb.runs.models import Run, RunState
from tests import event_streams
from tests.factories_runs import make_program, make_run, make_version
from tests.omegaweb.engine.recording import empty_run

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_who_ask_at_once_get_each_run_once(alice):
    version, program = make_version(alice), make_program(alice)
    runs = [make_run(alice, version=version, program=program, state=RunState.QUEUED) for _ in range(8)]

    def claim_all(_):
        claims = []
        while (claim := claim_next()) is not None:
            claims.append(claim)
        connections.close_all()
        return claims

    with ThreadPoolExecutor(4) as threads:
        claimed = [claim for claims in threads.map(claim_all, range(4)) for claim in claims]

    assert Counter(claim.run_id for claim in claimed) == Counter(run.pk for run in runs)
    assert {claim.fence for claim in claimed} == {1}


def test_whoever_comes_back_after_its_lease_writes_nothing(alice, settings):
    settings.AUTO_CONTINUE = True
    silent = timezone.now() - SILENCE - timedelta(seconds=1)
    run = empty_run(alice, fence=1, claimed_by="elsewhere:7:abc", heartbeat_at=silent)
    old, new = Writer(), Writer()
    old.open(run.pk, fence=1)
    old.write(run.pk, event_streams.started())
    old.submit(run.pk, lambda: None).result()

    assert recovery.take_from_the_gone() == [run.pk]
    claim = claim_next()
    assert claim == Claim(run_id=run.pk, fence=3)  # one for whoever took it away, one for whoever has it now
    new.open(run.pk, fence=claim.fence)
    new.write(run.pk, event_streams.started())
    old.write(run.pk, event_streams.baseline_proposed())
    old.submit(run.pk, lambda: None).result()

    with pytest.raises(RecordingFailed, match="took the run over"):
        old.write(run.pk, event_streams.baseline_proposed())
    assert new.close(run.pk) is None
    assert list(run.events.values_list("kind", flat=True)) == ["run.started", "run.started"]
    assert Run.objects.get(pk=run.pk).state == RunState.RUNNING
