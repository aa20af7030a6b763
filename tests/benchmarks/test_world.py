"""Worlds: equally hard, and honest about who decides."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.task.words import DESK_OF_TOPIC, MARKS, TOPICS
from benchmarks.task.world import deciding_rule, make_world, share_right


@pytest.mark.parametrize("seed", range(5))
def test_the_deciding_rule_of_every_ticket_gives_its_desk(seed):
    world = make_world(seed)
    for ticket in world.tickets.values():
        rule = deciding_rule(ticket.concepts, world.rules)
        assert rule == ticket.rule
        assert ticket.desk == (rule.desk if rule else DESK_OF_TOPIC[ticket.topic])


@pytest.mark.parametrize("seed", range(5))
def test_every_rule_has_its_share_of_each_set(seed):
    world = make_world(seed)
    for tickets in (world.train, world.validation, world.test):
        counts = Counter(ticket.rule for ticket in tickets)
        assert counts[None] == round(0.28 * len(tickets))
        assert all(counts[rule] >= 0.03 * len(tickets) for rule in world.rules)


def test_a_ticket_never_speaks_in_the_words_of_a_rule():
    for ticket in make_world(0).tickets.values():
        assert not any(name in ticket.text for name in (*MARKS, *TOPICS))


def test_a_world_is_the_same_each_time_and_another_one_for_another_seed():
    assert make_world(3) == make_world(3)
    assert make_world(3).rules != make_world(4).rules


def test_share_right_counts_no_answer_as_wrong():
    tickets = make_world(0).test[:4]
    assert share_right([tickets[0].desk, tickets[1].desk, tickets[2].desk, None], tickets) == 0.75
