"""Turns: no more at once than may be, the urgent ones first, and none is lost."""

from __future__ import annotations

import asyncio

import pytest

from optimizer_core.training.turns import Turns


async def settle() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def waiting(turns: Turns, order: list[str], name: str, *, urgent: bool = False) -> asyncio.Task[None]:
    async def wait() -> None:
        await turns.take(urgent=urgent)
        order.append(name)

    task = asyncio.create_task(wait())
    await settle()
    return task


async def test_no_more_than_count_have_a_turn():
    turns, order = Turns(2), list[str]()
    for name in "abc":
        await waiting(turns, order, name)
    assert order == ["a", "b"]
    turns.give_back()
    await settle()
    assert order == ["a", "b", "c"]


async def test_the_urgent_go_first_and_among_their_like_who_came_first():
    turns, order = Turns(1), list[str]()
    for name in ("a", "b", "c", "URGENT", "URGENT too"):
        await waiting(turns, order, name, urgent="URGENT" in name)
    for _ in range(4):
        turns.give_back()
        await settle()
    assert order == ["a", "URGENT", "URGENT too", "b", "c"]


@pytest.mark.parametrize("given", [False, True])
async def test_a_turn_of_somebody_cancelled_goes_to_the_next(given):
    turns, order = Turns(1), list[str]()
    await turns.take(urgent=False)
    gone = await waiting(turns, order, "gone")
    await waiting(turns, order, "next")
    if given:  # the turn is on its way when the task is cancelled
        turns.give_back()
    gone.cancel()
    await settle()
    if not given:
        turns.give_back()
        await settle()
    assert order == ["next"]


async def test_a_turn_that_nobody_wants_is_free_again():
    turns, order = Turns(1), list[str]()
    await turns.take(urgent=False)
    (await waiting(turns, order, "gone")).cancel()
    await settle()
    turns.give_back()
    await waiting(turns, order, "later")
    assert order == ["later"]
