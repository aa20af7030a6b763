"""The laws of the simulated task model."""

from __future__ import annotations

import json
import random
from itertools import pairwise

import pytest

from benchmarks.task.statements import state
from benchmarks.task.task_model import answer_ticket, read_context
from benchmarks.task.words import DESKS
from benchmarks.task.world import SEED_INSTRUCTION, Rule, make_world, share_right

WORLDS = [make_world(seed) for seed in range(3)]


def accuracy(world, instruction, examples=()):
    shown = [f"{json.dumps({'ticket': t.text})}\n{json.dumps({'label': t.desk})}" for t in examples]
    context = read_context("\n".join((instruction, *shown)), world.tickets)
    return share_right([answer_ticket(ticket, context) for ticket in world.test], world.test)


def told(rules):
    return "\n".join((SEED_INSTRUCTION, *(state(rule, i) for i, rule in enumerate(rules))))


@pytest.mark.parametrize("world", WORLDS, ids=range(3))
def test_it_starts_low_and_gets_nearly_everything_right_with_all_rules(world):
    assert 0.3 <= accuracy(world, SEED_INSTRUCTION) <= 0.4
    assert accuracy(world, told(world.rules)) >= 0.98


@pytest.mark.parametrize("world", WORLDS, ids=range(3))
def test_each_rule_helps(world):
    figures = [accuracy(world, told(world.rules[:count])) for count in (0, 3, 6, 10)]
    assert figures == sorted(figures)
    assert min(after - before for before, after in pairwise(figures)) > 0.05


def test_examples_help_partly():
    world = WORLDS[0]
    assert 0.45 < accuracy(world, SEED_INSTRUCTION, random.Random(0).sample(world.train, 16)) < 0.7


def test_a_wrong_rule_is_followed_too():
    world = WORLDS[0]
    right = world.rules[0]
    wrong = Rule(right.concepts, next(desk for desk in DESKS if desk != right.desk))
    assert accuracy(world, told([*world.rules[1:], wrong])) < accuracy(world, told(world.rules[1:]))


def test_contradicting_rules_cost():
    world = WORLDS[0]
    opposite = Rule(world.rules[0].concepts, next(desk for desk in DESKS if desk != world.rules[0].desk))
    assert accuracy(world, told([*world.rules, opposite])) < accuracy(world, told(world.rules)) - 0.02


def test_length_costs_a_little():
    world = WORLDS[0]
    padded = told(world.rules) + "\nBe careful." * 1500
    assert (
        accuracy(world, told(world.rules)) - 0.2 < accuracy(world, padded) < accuracy(world, told(world.rules)) - 0.05
    )


def test_the_same_question_has_the_same_answer_and_another_draw_may_have_another():
    world = WORLDS[0]
    context = read_context(SEED_INSTRUCTION, world.tickets)
    first = [answer_ticket(ticket, context) for ticket in world.test]
    assert first == [answer_ticket(ticket, context) for ticket in world.test]
    assert first != [answer_ticket(ticket, context, 1) for ticket in world.test]
