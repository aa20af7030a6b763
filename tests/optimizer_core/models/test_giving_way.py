"""Turns that are lent while an answer is only being kept."""

from __future__ import annotations

import asyncio

import pytest

from optimizer_core.models.giving_way import Turn, having, turn_in_use
from optimizer_core.training.turns import Turns


async def test_a_lent_turn_is_free_for_somebody_else():
    turns = Turns(1)
    turn, other = Turn(turns), Turn(turns)
    await turn.take(urgent=False)
    turn.begin_question()

    assert turn.lend()

    await asyncio.wait_for(other.take(urgent=False), 1)


async def test_whoever_lent_its_turn_goes_before_those_who_begin():
    turns, order = Turns(1), []
    turn = Turn(turns)

    async def begin():
        await turns.take(urgent=False)
        order.append("begins")

    await turn.take(urgent=False)
    beginning = [asyncio.ensure_future(begin()), asyncio.ensure_future(begin())]
    await asyncio.sleep(0)
    turn.begin_question()
    assert turn.lend()
    taking = asyncio.ensure_future(turn.take(urgent=True))
    taking.add_done_callback(lambda _: order.append("goes on"))
    await asyncio.sleep(0)
    turns.give_back()
    await taking
    turn.give_back()
    await asyncio.gather(*beginning)

    assert order == ["begins", "goes on", "begins"]


async def test_a_turn_is_not_lent_while_another_question_of_it_is_under_way():
    turn = Turn(Turns(1))
    await turn.take(urgent=False)
    turn.begin_question()
    turn.begin_question()
    assert not turn.lend()

    turn.end_question()
    assert turn.lend()
    assert not turn.lend()  # it is lent already


async def test_a_lent_turn_is_not_given_back_again():
    turns = Turns(1)
    turn = Turn(turns)
    await turn.take(urgent=False)
    turn.begin_question()
    assert turn.lend()

    turn.give_back()

    await turns.take(urgent=False)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(turns.take(urgent=False), 0.01)


async def test_outside_of_turns_there_is_nothing_to_lend():
    assert not turn_in_use().lend()
    turn = Turn(Turns(1))
    with having(turn):
        assert turn_in_use() is turn
    assert turn_in_use() is not turn
