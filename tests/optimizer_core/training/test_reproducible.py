"""The same seed takes the same path, whatever answers first; so does a run that is interrupted and resumed."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from typing import Any

import pytest

import optimizer_core as oc
from optimizer_core.errors import CheckpointError
from optimizer_core.events import event_to_json
from optimizer_core.json_values import content_hash
from optimizer_core.optimizers import RandomFewShot
from optimizer_core.testing import ScriptedGate
from optimizer_core.training.checkpoints import VERSION
from tests.optimizer_core.training.cases import (
    add_a_rule,
    answer,
    make_program,
    omega,
    run,
    words,
)

FIT: dict[str, Any] = {"epochs": 3, "batch_size": 3, "test_data": words(4, start=200)}


def path(recorder):
    """Everything that was told, without what depends on time or is about keeping."""
    return [
        (event.kind, json.dumps(event_to_json(event), sort_keys=True))
        for event in recorder.events
        if event.kind not in ("spend.updated", "checkpoint.saved", "run.started")
    ]


def varied(request):
    """Proposals that depend on every word of the prompt, so that paths part where the evidence does."""
    mark = content_hash(request.messages[1]["content"], length=4)
    proposal = add_a_rule(request)
    return {**proposal, "instructions": f"{proposal['instructions']} {mark}"}


def in_any_order(script):
    """The same answers after waits that are different each time."""
    chance = random.Random()

    async def later(request):
        await asyncio.sleep(chance.random() / 200)
        return script(request)

    return later


def optimizers():
    return [RandomFewShot(), omega(varied, algorithm="dns-rank", population_size=3, merging_rate=0.5)]


@pytest.mark.parametrize("number", [0, 1])
async def test_the_same_seed_takes_the_same_path_whatever_answers_first(number):
    paths = []
    for concurrency in (1, 16):
        _, recorder = await run(
            make_program(in_any_order(answer)), optimizers()[number], concurrency=concurrency, **FIT
        )
        paths.append(path(recorder))
    assert paths[0] == paths[1]


async def test_another_seed_takes_another_path():
    _, first = await run(optimizer=RandomFewShot(), seed=1, **FIT)
    _, second = await run(optimizer=RandomFewShot(), seed=2, **FIT)
    assert path(first) != path(second)


async def test_global_chance_is_neither_used_nor_touched():
    random.seed(7)
    before = random.getstate()
    await run(optimizer=RandomFewShot(), **FIT)
    assert random.getstate() == before


class Keep:
    """Keeps every state as the JSON text it would be stored as."""

    def __init__(self):
        self.states = []

    def is_due(self):
        return True

    async def save(self, state):
        self.states.append(json.dumps(state))
        return f"state-{len(self.states)}"


@pytest.mark.parametrize("number", [0, 1])
async def test_a_resumed_run_takes_the_path_it_would_have_taken(number):
    kept = Keep()
    program, whole = await run(make_program(), optimizers()[number], checkpoints=kept, **FIT)
    whole_path = path(whole)
    saved_at = [i for i, event in enumerate(whole.events) if event.kind == "checkpoint.saved"]
    assert len(saved_at) == len(kept.states) == 1 + 3 * 4 + 3
    for place, state in zip(saved_at, kept.states, strict=True):
        again, rest = await run(make_program(), optimizers()[number], resume_from=json.loads(state), **FIT)
        told = path(type("R", (), {"events": whole.events[:place]}))
        resumed = path(rest)
        assert resumed[0][0] == "population.updated"  # what is there, told anew
        assert told + resumed[1:] == whole_path
        assert rest.of("spend.updated")[-1].calls == whole.of("spend.updated")[-1].calls
        assert again.get_state() == program.get_state()


async def test_spend_goes_on_from_the_checkpoint():
    kept = Keep()
    await run(checkpoints=kept, **FIT)
    middle = json.loads(kept.states[5])
    _, rest = await run(resume_from=middle, **FIT)
    assert rest.of("run.started")[0].resumed
    spent = sum(usage["calls"] for usage in middle["spend"]["by_role"].values())
    assert rest.of("spend.updated")[0].calls > spent
    assert rest.of("spend.updated")[-1].seconds >= middle["spend"]["elapsed"]


async def test_open_reviews_are_asked_again_after_a_restart():
    never = ScriptedGate(lambda proposal: asyncio.Event().wait())
    kept = Keep()
    stop = threading.Event()

    class StopAtEpoch(oc.Callback):
        def on_epoch_end(self, epoch, logs):
            stop.set()

    await run(checkpoints=kept, review=never, stop=stop, callbacks=[StopAtEpoch()], epochs=1)
    state = json.loads(kept.states[-1])
    assert set(state["waiting"]) == {proposal.candidate for proposal in never.asked}
    ready = ScriptedGate()
    _, recorder = await run(resume_from=state, review=ready, epochs=1)
    assert {proposal.candidate for proposal in ready.asked} >= set(state["waiting"])
    assert {event.candidate for event in recorder.of("review.decided")} >= set(state["waiting"])


async def test_a_checkpoint_of_another_run_is_refused():
    kept = Keep()
    await run(checkpoints=kept)
    state = json.loads(kept.states[0])
    with pytest.raises(CheckpointError, match="seed differ"):
        await run(resume_from=state, seed=5)
    with pytest.raises(CheckpointError, match="version"):
        await run(resume_from={"version": 99})
    with pytest.raises(CheckpointError, match="damaged"):
        await run(resume_from={"version": VERSION})


async def test_the_file_store_keeps_the_last_state(tmp_path):
    store = oc.FileCheckpoints(tmp_path / "run.json")
    assert store.load() is None
    _, recorder = await run(checkpoints=store)
    assert recorder.of("checkpoint.saved")[-1].reference == str(tmp_path / "run.json")
    kept = store.load()
    assert kept is not None
    assert kept["epoch"] == 2
