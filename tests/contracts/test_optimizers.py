"""What every optimizer must do, whatever it is made of."""

from __future__ import annotations

import inspect
import json
import random

import pytest

from optimizer_core.budget import Meter
from optimizer_core.data.candidate import Candidate
from optimizer_core.errors import NoProposal
from optimizer_core.optimizers import OMEGA, RandomFewShot, get, to_json
from optimizer_core.testing import HashEmbedding, ScriptedModel
from tests.optimizer_core.optimizers.situations import population, program, situation
from tests.optimizer_core.training.cases import make_program, run


def rewriting(request):
    return {"thinking": "", "instructions": f"New {abs(hash(request.messages[1]['content'])) % 1000}."}


def _omega(algorithm):
    return OMEGA(
        language_model=ScriptedModel(rewriting), embedding_model=HashEmbedding(), algorithm=algorithm, merging_rate=0.5
    )


OPTIMIZERS = [RandomFewShot, *(lambda a=a: _omega(a) for a in ("dns", "dns-rank", "ga"))]


@pytest.fixture(params=OPTIMIZERS, ids=["random_few_shot", "omega-dns", "omega-dns-rank", "omega-ga"])
def optimizer(request):
    return request.param()


def test_it_is_known_by_its_identifier_and_survives_json(optimizer):
    saved = json.loads(json.dumps(to_json(optimizer)))
    saved["config"] |= {name: None for name in ("language_model", "embedding_model") if name in saved["config"]}
    again = get(saved)
    assert type(again) is type(optimizer)
    assert {k: v for k, v in again.config().items() if not k.endswith("_model")} == {
        k: v for k, v in optimizer.config().items() if not k.endswith("_model")
    }


def test_its_config_is_its_constructor(optimizer):
    assert set(optimizer.config()) == set(inspect.signature(type(optimizer)).parameters)


def test_parents_are_members(optimizer):
    members = population(program(), 0.1, 0.5, 0.9)
    for seed in range(20):
        assert optimizer.select_parent(members, random.Random(seed)).id in members


async def test_a_proposal_changes_one_variable_of_the_first_parent(optimizer):
    of = program("a", "b")
    members = population(of, 0.1, 0.5, 0.9)
    for seed in range(10):
        now = situation(of, members, seed=seed, epoch=2, batch=1)
        plan = optimizer.plan(now)
        try:
            child = await optimizer.propose(plan, now)
        except NoProposal:
            continue
        assert isinstance(child, Candidate)
        parent = members.get(child.parents[0]).candidate
        changed = [name for name in child.content if child.content[name] != parent.content[name]]
        assert changed in ([], [plan.variable.name])
        assert (child.variable, child.epoch, child.batch) == (plan.variable.name, 2, 1)


async def test_the_same_chance_gives_the_same_proposal(optimizer):
    of = program("a", "b")
    members = population(of, 0.1, 0.9)
    ids = []
    for _ in range(2):
        now = situation(of, members, seed=5, epoch=1)
        ids.append((await optimizer.propose(optimizer.plan(now), now)).id)
    assert ids[0] == ids[1]


async def test_the_fittest_survives_and_nobody_is_lost(optimizer):
    members = population(program(), *[i / 20 for i in range(15)])
    standings = await optimizer.compete(members.ranked(), members, Meter())
    assert len(standings) == 15
    assert standings[0].kept
    assert sum(s.kept for s in standings) <= optimizer.population_size
    assert all(s.reason for s in standings)


async def test_it_carries_a_whole_run(optimizer):
    optimizer_model = getattr(optimizer, "language_model", None)
    program_, recorder = await run(make_program(), optimizer, epochs=2)
    assert recorder.of("run.finished")[0].status == "completed"
    assert recorder.of("run.started")[0].configuration["optimizer"] == optimizer.config()
    assert optimizer_model is None or optimizer_model.requests
    assert program_.get_state()
