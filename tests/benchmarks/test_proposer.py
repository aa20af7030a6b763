"""The laws of the simulated proposer: it learns from what it is shown, and from nothing else."""

from __future__ import annotations

import random

import pytest

from benchmarks.task.proposer import propose
from benchmarks.task.statements import state, stated_rules
from benchmarks.task.words import DESK_OF_TOPIC
from benchmarks.task.world import SEED_INSTRUCTION, Rule, make_world
from tests.benchmarks.prompts import FORMATS

WORLD = make_world(0)
RULE = WORLD.rules[0]
TICKETS = [ticket for ticket in WORLD.train if ticket.rule == RULE]


def proposals(prompt, count=100):
    rng = random.Random(0)
    return [stated_rules(propose(prompt, WORLD.tickets, rng).instruction) for _ in range(count)]


def failed(tickets, form="ours"):
    return "\n".join(FORMATS[form](ticket, DESK_OF_TOPIC[ticket.topic]) for ticket in tickets)


@pytest.mark.parametrize("form", FORMATS)
def test_it_infers_a_rule_from_failed_tickets_in_any_format(form):
    found = proposals(f"{SEED_INSTRUCTION}\n{failed(TICKETS[:4], form)}")
    assert 70 <= sum(RULE in rules for rules in found) < 100


def test_one_failed_ticket_with_two_marks_leaves_it_guessing():
    ticket = next(ticket for ticket in TICKETS if len(ticket.concepts) > 2)
    found = proposals(f"{SEED_INSTRUCTION}\n{failed([ticket])}")
    assert 20 <= sum(RULE in rules for rules in found) <= 70
    assert any(rules and RULE not in rules for rules in found)


def test_without_evidence_it_states_no_rule():
    assert not any(proposals(SEED_INSTRUCTION))


def test_answers_in_a_table_draw_less_attention_than_failed_ones():
    table = "\n".join(f"{ticket.text} → {ticket.desk}" for ticket in TICKETS[:4])
    assert 20 <= sum(RULE in rules for rules in proposals(f"{SEED_INSTRUCTION}\n{table}")) <= 75


def test_it_keeps_most_of_what_the_instruction_states():
    prompt = "\n".join((SEED_INSTRUCTION, *(state(rule, 1) for rule in WORLD.rules[:5])))
    kept = sum(len(rules) for rules in proposals(prompt))
    assert 470 <= kept < 500


def test_it_unites_two_instructions():
    first, second = (state(rule, 0) for rule in WORLD.rules[:2])
    found = proposals(f"Current value: {SEED_INSTRUCTION} {first}\nOther value: {SEED_INSTRUCTION} {second}")
    assert sum(set(WORLD.rules[:2]) <= set(rules) for rules in found) >= 90


def test_it_drops_a_rule_that_the_evidence_speaks_against():
    wrong = Rule(RULE.concepts, next(rule.desk for rule in WORLD.rules if rule.desk != RULE.desk))
    found = proposals(f"{SEED_INSTRUCTION}\n{state(wrong, 0)}\n{failed(TICKETS[:4])}")
    assert sum(wrong in rules for rules in found) <= 40


def test_the_same_chance_gives_the_same_proposal():
    prompt = f"{SEED_INSTRUCTION}\n{failed(TICKETS[:2])}"
    assert propose(prompt, WORLD.tickets, random.Random(4)) == propose(prompt, WORLD.tickets, random.Random(4))
