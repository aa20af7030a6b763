"""Tickets with answers are found in everybody's format."""

from __future__ import annotations

import pytest

from benchmarks.task.evidence import first_desk, shown_tickets
from benchmarks.task.world import SEED_INSTRUCTION, make_world
from tests.benchmarks.prompts import FORMATS

WORLD = make_world(0)
TICKET = next(ticket for ticket in WORLD.train if ticket.desk != "sales_desk")


@pytest.mark.parametrize("name", FORMATS)
def test_a_failed_ticket_is_read_with_the_right_answer(name):
    before = f"The part to improve:\n{SEED_INSTRUCTION}\n"
    after = f"\nThe desks are named in: {SEED_INSTRUCTION}\n- If the ticket mentions a minor, answer sales_desk."
    (shown,) = shown_tickets(before + FORMATS[name](TICKET, "sales_desk") + after, WORLD.tickets)
    assert (shown.ticket, shown.right, shown.given, shown.failed) == (TICKET, TICKET.desk, "sales_desk", True)


def test_a_demonstration_shows_its_right_answer():
    (shown,) = shown_tickets(f"Ticket: {TICKET.text}\nLabel: {TICKET.desk}", WORLD.tickets)
    assert (shown.right, shown.failed) == (TICKET.desk, False)


def test_a_wrong_answer_alone_tells_nothing_about_the_right_one():
    prompt = f"{{'inputs': '{TICKET.text}', 'outputs': {{'label': 'sales_desk'}}, 'reward': 0.0}}"
    (shown,) = shown_tickets(prompt, WORLD.tickets)
    assert shown.right is None


def test_a_list_of_desks_is_no_answer():
    (shown,) = shown_tickets(f"{TICKET.text}\nChoose: billing_desk, parcel_desk, returns_desk.", WORLD.tickets)
    assert (shown.right, shown.given) == (None, None)


def test_numbers_that_are_no_tickets_are_passed_over():
    assert shown_tickets("#0000 and issue #9999999", WORLD.tickets) == []


def test_the_first_desk_of_an_answer_counts():
    assert first_desk('{"label": "legal_desk"}') == "legal_desk"
    assert first_desk("no idea") is None
    assert first_desk(None) is None
