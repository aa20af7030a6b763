"""Turns that are lent while an answer is only being kept."""

from __future__ import annotations

import asyncio

import pytest

from optimizer_core.events import SampleResult
from optimizer_core.models.giving_way import Turn, having, turn_in_use
from optimizer_core.training.ledger import Key, Ledger, Outcome
from optimizer_core.training.turns import Turns


async def test_a_lent_turn_is_free_for_somebody_else():
    turns = Turns(1)
    turn, other = Turn(turns), Turn(turns)
    await turn.take(urgent=False)
    turn.begin_question()

    assert turn.lend()

    await asyncio.wait_for(other.take(urgent=False), 1)


async def test_whoever_lent_its_turn_goes_on_at_once_and_then_nobody_begins_until_there_is_room():
    turns = Turns(1)
    turn, other, third = Turn(turns), Turn(turns), Turn(turns)
    await turn.take(urgent=False)
    turn.begin_question()
    assert turn.lend()
    await other.take(urgent=False)

    turn.take_back()  # waits for nobody, since the other might wait for it

    waiting = asyncio.ensure_future(third.take(urgent=False))
    turn.give_back()
    await asyncio.sleep(0.01)
    assert not waiting.done()
    other.give_back()
    await asyncio.wait_for(waiting, 1)


async def test_who_waits_in_the_lent_turn_for_the_same_answer_holds_up_nobody():
    turns, ledger, key = Turns(1), Ledger(), Key("candidate", "train-0", 0)

    async def answer():
        turn = Turn(turns)

        async def evaluate():
            turn.begin_question()
            assert turn.lend()
            await asyncio.sleep(0.01)  # it is being kept
            turn.take_back()
            return Outcome(result=SampleResult(sample="train-0", reward=1.0))

        await turn.take(urgent=False)
        try:
            return await ledger.ask(key, evaluate)
        finally:
            turn.give_back()

    one, other = await asyncio.wait_for(asyncio.gather(answer(), answer()), 1)
    assert one is other


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
