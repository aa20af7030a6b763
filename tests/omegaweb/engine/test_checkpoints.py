"""Checkpoints as rows."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from omegaweb.engine.checkpoints import KEPT, RowCheckpoints, newest_state, with_everything_spent
from omegaweb.engine.recorder import RecordingFailed, Writer
from omegaweb.runs.models import Checkpoint, Run, RunState
from optimizer_core.budget import Role, Usage
from optimizer_core.events import CheckpointSaved
from optimizer_core.training.checkpoints import spend_from_json, spend_to_json
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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [{"claimed_by": "elsewhere:7:abc"}, {"state": RunState.INTERRUPTED}])
async def test_a_run_that_was_taken_over_neither_adds_nor_removes_states(alice, change):
    run = await sync_to_async(make_run)(alice, claimed_by="here")
    own = Writer()
    own.open(run.pk, claim="here")
    store = RowCheckpoints(run.pk, via=own)
    before = [await store.save({"step": step}) for step in range(KEPT)]
    await Run.objects.filter(pk=run.pk).aupdate(**change)

    with pytest.raises(RecordingFailed, match="took the run over"):
        await store.save({"step": KEPT})

    kept = [checkpoint.reference async for checkpoint in Checkpoint.objects.filter(run=run).order_by("pk")]
    assert kept == before
    with pytest.raises(RecordingFailed):
        own.write(run.pk, CheckpointSaved(reference="r"))


@pytest.mark.django_db(transaction=True)
async def test_no_state_is_saved_after_something_the_run_said_was_lost(alice, monkeypatch):
    def refuse(self, projection, lines):
        raise OSError("the disk is full")

    monkeypatch.setattr(Writer, "_append", refuse)
    run = await sync_to_async(make_run)(alice)
    own = Writer()
    own.write(run.pk, CheckpointSaved(reference="r"))

    with pytest.raises(RecordingFailed, match="the disk is full"):
        await RowCheckpoints(run.pk, via=own).save({"step": 1})

    assert not await Checkpoint.objects.filter(run=run).aexists()


@pytest.mark.django_db(transaction=True)
async def test_a_state_is_saved_whole_or_not_at_all(alice, monkeypatch):
    save = Checkpoint.save

    def refuse_changes(self, **options):
        if self.pk:
            raise OSError("the disk is full")
        save(self, **options)

    run = await sync_to_async(make_run)(alice)
    monkeypatch.setattr(Checkpoint, "save", refuse_changes)
    with pytest.raises(OSError, match="the disk is full"):
        await RowCheckpoints(run.pk, via=Writer()).save({"step": 1})

    assert not await Checkpoint.objects.filter(run=run).aexists()


@pytest.mark.django_db
def test_what_was_spent_since_the_state_was_saved_counts(alice):
    saved = {
        Role.TASK: Usage(calls=10, prompt_tokens=80, completion_tokens=20, cost=0.5, unpriced_calls=1, seconds=4.0),
        Role.JUDGE: Usage(calls=5, prompt_tokens=50, cost=0.25),
    }
    told = {
        "task": {"calls": 14, "tokens": 150, "cost": 0.75},
        "judge": {"calls": 3, "tokens": 30, "cost": 0.125},
        "proposer": {"calls": 2, "tokens": 7, "cost": 0.0},
    }
    run = make_run(alice, spend_by_role=told, seconds=90.0, unpriced_calls=4)
    state = {"step": 2, "spend": spend_to_json(saved, 60.0)}

    going_on = with_everything_spent(state, run)

    assert going_on["step"] == 2
    by_role, elapsed = spend_from_json(going_on["spend"])
    assert elapsed == 90.0
    assert by_role[Role.TASK] == Usage(
        calls=14, prompt_tokens=130, completion_tokens=20, cost=0.75, unpriced_calls=4, seconds=4.0
    )
    assert by_role[Role.JUDGE] == saved[Role.JUDGE]
    assert by_role[Role.PROPOSER] == Usage(calls=2, prompt_tokens=7)
    assert state["spend"] == spend_to_json(saved, 60.0)


@pytest.mark.django_db
def test_a_row_that_has_heard_less_takes_nothing_back(alice):
    state = {"spend": spend_to_json({Role.TASK: Usage(calls=10, prompt_tokens=80, cost=0.5)}, 60.0)}

    assert with_everything_spent(state, make_run(alice)) == state
