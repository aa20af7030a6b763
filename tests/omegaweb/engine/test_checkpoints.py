"""Checkpoints as rows."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from omegaweb.engine.checkpoints import (
    PART_LENGTH,
    SECONDS_APART,
    RowCheckpoints,
    newest_state,
    point_of_departure,
    put_together,
    take_apart,
    with_everything_spent,
)
from omegaweb.engine.holding import insert
from omegaweb.engine.recorder import RecordingFailed, Writer
from omegaweb.engine.storage import Storage
from omegaweb.runs.configuration import BudgetChoice
from omegaweb.runs.models import Checkpoint, Run, RunState
from optimizer_core.budget import Role, Usage
from optimizer_core.events import CheckpointSaved
from optimizer_core.training.checkpoints import is_only_spend, spend_from_json, spend_to_json
from tests.factories_runs import make_run
from tests.omegaweb.engine.recording import keep_busy

LONG = list(range(2 * PART_LENGTH + 3))
STATE: dict[str, Any] = {
    "epoch": 2,
    "batch": 14,
    "step": 1,
    "fingerprint": {"seed": 7, "variables": ["generator"]},
    "memory": LONG,
    "pool": [],
    "answers": {"b": LONG, "a": [{"sample": "train-0"}], "c": []},
    "training": {"b": {f"train-{n}": 0.5 for n in LONG}, "a": {}},
}


async def saved(run: Run, *states: dict[str, Any], via: Writer | None = None) -> RowCheckpoints:
    via = via or Writer()
    store = RowCheckpoints(run.pk, via=via)
    for state in states:
        await save(run, store, state, via)
    return store


async def save(run: Run, store: RowCheckpoints, state: dict[str, Any], via: Writer) -> None:
    """Save a state, and wait as a run does at its end."""
    await store.save(state)
    await asyncio.wrap_future(via.submit(run.pk, lambda: None))


def test_a_state_that_was_taken_apart_is_put_together_again():
    parts = take_apart(STATE)

    assert max(len(part) for name, part in parts.items() if name) == PART_LENGTH
    again = put_together(parts)
    assert again == STATE
    assert list(again["answers"]) == ["b", "a", "c"]


@pytest.mark.django_db(transaction=True)
async def test_a_search_that_gets_on_fast_writes_its_state_down_from_time_to_time(alice):
    run, now = await sync_to_async(make_run)(alice), [100.0]
    store = RowCheckpoints(run.pk, via=Writer(), clock=lambda: now[0])
    assert store.is_due()

    await store.save(STATE)
    now[0] += SECONDS_APART - 0.1
    assert not store.is_due()
    now[0] += 0.1
    assert store.is_due()


@pytest.mark.django_db(transaction=True)
async def test_the_search_goes_on_while_its_state_is_stored(alice):
    run, own = await sync_to_async(make_run)(alice), Writer()
    let_go = await sync_to_async(keep_busy)(own, run.pk)

    await asyncio.wait_for(RowCheckpoints(run.pk, via=own).save(STATE), 10)

    assert not await Checkpoint.objects.filter(run=run).aexists()
    let_go()
    await sync_to_async(own.close)(run.pk)
    assert await sync_to_async(newest_state)(run.pk) == STATE


@pytest.mark.django_db(transaction=True)
async def test_the_newest_state_is_kept_also_where_it_has_less(alice):
    run = await sync_to_async(make_run)(alice)
    less = {**STATE, "step": 3, "memory": [9], "answers": {"d": [8]}}

    await saved(run, STATE, {**STATE, "step": 2, "memory": [*LONG, 1]})
    assert await sync_to_async(newest_state)(run.pk) == {**STATE, "step": 2, "memory": [*LONG, 1]}

    await saved(run, less)  # by another process, which knows nothing of the parts
    assert await sync_to_async(newest_state)(run.pk) == less

    await saved(run, STATE, less)
    assert await sync_to_async(newest_state)(run.pk) == less


@pytest.mark.django_db(transaction=True)
async def test_only_parts_that_changed_are_written(alice, monkeypatch):
    run = await sync_to_async(make_run)(alice)
    own = Writer()
    store = await saved(run, STATE, via=own)
    written: list[str] = []

    def watch(model, rows, **options):
        written.extend(row["part"] for row in rows)
        return insert(model, rows, **options)

    monkeypatch.setattr("omegaweb.engine.checkpoints.insert", watch)
    more = {"b": {**STATE["training"]["b"], "train-last": 1.0}, "a": {}}
    await save(run, store, {**STATE, "step": 2, "memory": [*LONG, 1], "training": more}, own)

    assert written == ["", f"memory/{2 * PART_LENGTH:09d}", f"training/b/{2 * PART_LENGTH:09d}"]


@pytest.mark.django_db(transaction=True)
async def test_a_state_is_called_after_the_place_of_the_search(alice):
    run = await sync_to_async(make_run)(alice)

    assert await (await saved(run)).save(STATE) == "checkpoint-2-14"


@pytest.mark.django_db(transaction=True)
async def test_a_state_is_there_by_the_time_that_anything_is_which_the_run_said_later(alice, monkeypatch):
    run, own = await sync_to_async(make_run)(alice), Writer()
    there: list[bool] = []
    append = Storage._append

    def look(self, run_id, lines):
        there.extend(Checkpoint.objects.filter(run_id=run_id).exists() for _ in lines)
        append(self, run_id, lines)

    monkeypatch.setattr(Storage, "_append", look)
    own.write(run.pk, CheckpointSaved(reference="before"))
    await RowCheckpoints(run.pk, via=own).save(STATE)
    own.write(run.pk, CheckpointSaved(reference="after"))
    await sync_to_async(own.close)(run.pk)

    assert there == [False, True]


@pytest.mark.django_db
def test_a_run_without_checkpoint_begins_again(alice):
    assert newest_state(make_run(alice).pk) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [{"fence": 2}, {"state": RunState.INTERRUPTED}])
async def test_a_run_that_was_taken_over_neither_adds_nor_removes_states(alice, change):
    run = await sync_to_async(make_run)(alice, fence=1)
    own = Writer()
    own.open(run.pk, fence=1)
    store = await saved(run, STATE, via=own)
    await Run.objects.filter(pk=run.pk).aupdate(**change)

    await save(run, store, {**STATE, "step": 2}, own)

    assert await sync_to_async(newest_state)(run.pk) == STATE
    with pytest.raises(RecordingFailed, match="took the run over"):
        own.write(run.pk, CheckpointSaved(reference="r"))


@pytest.mark.django_db(transaction=True)
async def test_no_state_is_saved_after_something_the_run_said_was_lost(alice, monkeypatch):
    def refuse(self, run_id, lines):
        raise OSError("the disk is full")

    monkeypatch.setattr(Storage, "_append", refuse)
    run = await sync_to_async(make_run)(alice)
    own = Writer()
    own.write(run.pk, CheckpointSaved(reference="r"))

    await saved(run, STATE, via=own)

    assert isinstance(await sync_to_async(own.close)(run.pk), OSError)
    assert not await Checkpoint.objects.filter(run=run).aexists()


@pytest.mark.django_db(transaction=True)
async def test_a_state_is_saved_whole_or_not_at_all(alice, monkeypatch):
    run = await sync_to_async(make_run)(alice)
    own = Writer()
    store = await saved(run, STATE, via=own)

    def refuse(self, rows, **options):
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("omegaweb.engine.checkpoints.insert", refuse)
        await save(run, store, {**STATE, "step": 2}, own)
    assert await sync_to_async(newest_state)(run.pk) == STATE
    with pytest.raises(RecordingFailed, match="the disk is full"):
        own.write(run.pk, CheckpointSaved(reference="r"))

    await save(run, store, {**STATE, "step": 3}, own)  # behind something that was lost
    assert await sync_to_async(newest_state)(run.pk) == STATE


@pytest.mark.django_db(transaction=True)
async def test_a_state_that_the_database_does_not_take_at_once_is_tried_again(alice, monkeypatch):
    run, times = await sync_to_async(make_run)(alice), []

    def refuse_once(model, rows, **options):
        times.append(len(rows))
        if len(times) == 1:
            raise OperationalError("database is locked")
        return insert(model, rows, **options)

    monkeypatch.setattr("omegaweb.engine.checkpoints.insert", refuse_once)
    await saved(run, STATE)

    assert len(times) == 2
    assert await sync_to_async(newest_state)(run.pk) == STATE


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
    by_role, elapsed, _ = spend_from_json(going_on["spend"])
    assert elapsed == 90.0
    assert by_role[Role.TASK] == Usage(
        calls=14, prompt_tokens=130, completion_tokens=20, cost=0.75, unpriced_calls=4, seconds=4.0
    )
    assert by_role[Role.JUDGE] == saved[Role.JUDGE]
    assert by_role[Role.PROPOSER] == Usage(calls=2, prompt_tokens=7)
    assert state["spend"] == spend_to_json(saved, 60.0)


@pytest.mark.django_db
def test_time_that_a_run_only_waited_for_people_stays_uncounted(alice):
    """Ninety seconds went by, the limit of a minute has lost twenty."""
    run = make_run(alice, seconds=90.0, left={"seconds": 40.0}, configuration={"budget": BudgetChoice(minutes=1)})

    going_on = with_everything_spent({"spend": spend_to_json({}, 60.0)}, run)

    assert spend_from_json(going_on["spend"])[1:] == (90.0, 70.0)


@pytest.mark.django_db
def test_a_run_that_was_cut_off_before_its_first_state_begins_with_what_it_has_spent(alice):
    fresh = make_run(alice, name="Fresh")
    cut_off = make_run(alice, calls=7, spend_by_role={"task": {"calls": 7, "tokens": 70, "cost": 0.5}}, seconds=9.0)

    assert point_of_departure(fresh) is None
    beginning = point_of_departure(cut_off)
    assert beginning is not None
    assert is_only_spend(beginning)
    assert spend_from_json(beginning["spend"]) == (
        {Role.TASK: Usage(calls=7, prompt_tokens=70, cost=0.5)},
        9.0,
        0.0,
    )


@pytest.mark.django_db
def test_a_row_that_has_heard_less_takes_nothing_back(alice):
    state = {"spend": spend_to_json({Role.TASK: Usage(calls=10, prompt_tokens=80, cost=0.5)}, 60.0)}

    assert with_everything_spent(state, make_run(alice)) == state
