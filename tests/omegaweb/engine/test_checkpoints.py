"""Checkpoints as rows."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from omegaweb.engine.checkpoints import KEPT, RowCheckpoints, newest_state
from omegaweb.engine.recorder import Writer
from omegaweb.runs.models import Checkpoint
from tests.factories_runs import make_run


@pytest.mark.django_db(transaction=True)
async def test_the_newest_states_are_kept(alice):
    run = await sync_to_async(make_run)(alice)
    store = RowCheckpoints(run.pk, via=Writer())

    references = [await store.save({"step": step}) for step in range(KEPT + 3)]

    assert len(set(references)) == KEPT + 3
    kept = [checkpoint.state["step"] async for checkpoint in Checkpoint.objects.filter(run=run).order_by("pk")]
    assert kept == [3, 4]


@pytest.mark.django_db
def test_a_run_without_checkpoint_begins_again(alice):
    assert newest_state(make_run(alice).pk) is None


@pytest.mark.django_db
def test_a_run_goes_on_from_its_newest_state(alice):
    run, other = make_run(alice), make_run(alice, name="Other")
    for owner, step in ((run, 1), (run, 2), (other, 3)):
        Checkpoint.objects.create(run=owner, reference="r", state={"step": step})

    assert newest_state(run.pk) == {"step": 2}
