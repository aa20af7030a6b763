"""What optimizers decide: parent, variable, operator, survivors."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from optimizer_core.budget import Meter
from optimizer_core.optimizers import OMEGA, RandomFewShot
from optimizer_core.testing import HashEmbedding, ScriptedModel
from tests.optimizer_core.optimizers.situations import population, program, situation

NAMES = ("a", "b", "c")


def omega(**settings):
    model = ScriptedModel(lambda request: {"thinking": "why", "instructions": f"New {len(request.messages[1])}."})
    return OMEGA(language_model=model, embedding_model=HashEmbedding(), **settings)


def chosen(optimizer, draws=600, **now):
    of = program(*NAMES)
    counts = Counter(optimizer.plan(situation(of, seed=seed, **now)).variable.name for seed in range(draws))
    return {name: counts[name] / draws for name in NAMES}


def test_f50_variables_never_changed_come_first_uniformly():
    shares = chosen(omega(), used={"a": 0.0, "b": 1.0, "c": 1.0}, selected=frozenset("a"))
    assert shares["a"] == 0
    assert shares["b"] == pytest.approx(0.5, abs=0.07)


def test_f49_then_the_worse_is_changed_more_often():
    shares = chosen(omega(), used={"a": 0.2, "b": 0.9}, selected=frozenset("abc"))
    assert shares["a"] == pytest.approx(0.9116, abs=0.04)
    assert shares["c"] == 0


def test_a_high_temperature_makes_the_choice_of_the_variable_fair():
    shares = chosen(omega(sampling_temperature=1e6), used={"a": 0.2, "b": 0.9}, selected=frozenset("abc"))
    assert shares["a"] == pytest.approx(0.5, abs=0.07)


def test_only_variables_that_had_a_part_in_the_batch_are_changed_or_all_where_none_had():
    assert chosen(omega(), used={"b": 0.5})["b"] == 1
    assert set(chosen(omega(), used={})) == set(NAMES)


@pytest.mark.parametrize(("selection", "expected"), [("best", {1: 1.0}), ("random", {0: 1 / 3, 1: 1 / 3, 2: 1 / 3})])
def test_f41_parents_are_selected_as_told(selection, expected):
    of = program()
    members = population(of, 0.1, 0.9, 0.2)
    names = [member.id for member in sorted(members.ranked(), key=lambda member: member.order)]
    drawn = Counter(
        names.index(omega(selection=selection).select_parent(members, random.Random(seed)).id) for seed in range(300)
    )
    assert {i: drawn[i] / 300 for i in drawn} == pytest.approx(expected, abs=0.1)


def test_f37_the_selection_temperature_is_that_of_the_softmax():
    of = program()
    members = population(of, 0.0, 1.0)
    best = members.ranked()[0].id
    for temperature, share in ((0.3, 0.965), (1.0, 0.731)):
        optimizer = omega(selection_temperature=temperature)
        drawn = sum(optimizer.select_parent(members, random.Random(seed)).id == best for seed in range(1000))
        assert drawn / 1000 == pytest.approx(share, abs=0.04)


def test_random_few_shot_draws_parents_uniformly():
    members = population(program(), 0.0, 1.0)
    best = members.ranked()[0].id
    drawn = sum(RandomFewShot().select_parent(members, random.Random(seed)).id == best for seed in range(1000))
    assert drawn / 1000 == pytest.approx(0.5, abs=0.05)


def test_f39_f45_crossover_comes_with_the_epochs_and_has_two_different_parents():
    of = program()
    members = population(of, 0.9, 0.5, 0.1)
    plans = [omega(merging_rate=0.1).plan(situation(of, members, epoch=5, seed=seed)) for seed in range(400)]
    crossed = [plan for plan in plans if plan.operator == "crossover"]
    assert len(crossed) / 400 == pytest.approx(0.5, abs=0.07)
    assert all(plan.parents[0] is members.ranked()[0] for plan in plans)
    assert {plan.parents[1].id for plan in crossed} == {member.id for member in members.ranked()[1:]}


def test_f39_no_crossover_in_the_first_epoch_unless_the_schedule_is_constant():
    of = program()
    members = population(of, 0.9, 0.5)
    first = {omega(merging_rate=1.0).plan(situation(of, members, seed=s)).operator for s in range(20)}
    constant = {
        omega(merging_rate=1.0, merging_schedule="constant").plan(situation(of, members, seed=s)).operator
        for s in range(20)
    }
    assert (first, constant) == ({"mutation"}, {"crossover"})


def test_f45_one_member_can_only_be_mutated():
    assert omega(merging_rate=1.0).plan(situation(epoch=9)).operator == "mutation"


async def test_f44_a_child_is_the_parent_with_one_variable_changed():
    of = program(*NAMES)
    now = situation(of, used={"b": 0.1}, epoch=3, batch=7)
    optimizer = omega()
    child = await optimizer.propose(optimizer.plan(now), now)
    assert child.content["a"] == now.parent.candidate.content["a"]
    assert child.content["b"]["instructions"].startswith("New")
    assert (child.variable, child.operator, child.parents) == ("b", "mutation", (now.parent.id,))
    assert (child.reasoning, child.epoch, child.batch) == ("why", 3, 7)


async def test_f26_random_few_shot_never_changes_instructions_and_asks_nobody():
    of = program()
    now = situation(of)
    optimizer = RandomFewShot(nb_min_examples=2)
    child = await optimizer.propose(optimizer.plan(now), now)
    assert child.content["v"]["instructions"] == "Do v."
    assert len(child.content["v"]["examples"]) in (2, 3)
    assert (child.operator, now.meter.total.calls) == ("few_shot", 0)


async def test_f24_f34_the_population_is_cut_at_its_size():
    members = population(program(), *[i / 10 for i in range(6)])
    for optimizer in (RandomFewShot(population_size=2), omega(population_size=2, algorithm="ga")):
        standings = await optimizer.compete(members.ranked(), members, Meter())
        assert [s.kept for s in standings] == [True, True, False, False, False, False]


async def test_f40_the_three_algorithms_differ():
    of = program()
    members = population(of, 0.9, 0.5, 0.1)

    async def near(c1, c2, embedding_model=None, **kwargs):
        return 0.1 if {c1["instructions"], c2["instructions"]} == {"Do v.", "Do 1."} else 0.9

    kept = {}
    for algorithm in ("dns", "dns-rank", "ga"):
        optimizer = omega(algorithm=algorithm, distance_function=near, population_size=2)
        standings = await optimizer.compete(members.ranked(), members, Meter())
        kept[algorithm] = [s.kept for s in standings]
    assert kept == {"dns": [True, False, True], "dns-rank": [True, False, True], "ga": [True, True, False]}


async def test_f32_the_radius_shrinks_with_k():
    members = population(program(), 0.9, 0.5)

    async def near(c1, c2, embedding_model=None, **kwargs):
        return 0.15

    kept = {}
    for k in (5, 7):
        standings = await omega(k_nearest_fitter=k, distance_function=near).compete(members.ranked(), members, Meter())
        kept[k] = [s.kept for s in standings]
    assert kept == {5: [True, False], 7: [True, True]}


async def test_each_text_is_embedded_once_in_a_run_whoever_competes():
    members, optimizer = population(program(), 0.9, 0.5, 0.1), omega()
    await optimizer.compete(members.ranked(), members, Meter())
    await optimizer.compete(members.ranked(), members, Meter())
    assert sorted(optimizer.embedding_model.embedded) == ["Do 1.", "Do 2.", "Do v."]
