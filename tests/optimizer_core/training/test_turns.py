"""Turns: no more at once than may be, the urgent ones first, none is lost, and what is dropped ends alone."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from optimizer_core.models.giving_way import turn_in_use
from optimizer_core.training.turns import Turns, Work


async def settle() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


class Doing:
    """Work that goes on until it is told to end; notes who began and who was cancelled."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.began: list[str] = []
        self.cancelled: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}

    def add(self, name: str, *, urgent: bool = False) -> Work:
        self._ends[name] = asyncio.Event()
        return self.turns.add(partial(self._do, name), urgent=urgent)

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await settle()

    async def _do(self, name: str) -> None:
        self.began.append(name)
        try:
            await self._ends[name].wait()
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise


async def test_no_more_than_count_are_done_at_once():
    doing = Doing(Turns(2))
    for name in "abc":
        doing.add(name)
    await settle()
    assert doing.began == ["a", "b"]
    await doing.end("b")
    assert doing.began == ["a", "b", "c"]


async def test_the_urgent_go_first_and_among_their_like_who_came_first():
    doing = Doing(Turns(1))
    for name in ("a", "b", "c", "URGENT", "URGENT too"):
        doing.add(name, urgent="URGENT" in name)
        await settle()
    for name in ("a", "URGENT", "URGENT too", "b"):
        await doing.end(name)
    assert doing.began == ["a", "URGENT", "URGENT too", "b", "c"]


async def test_the_next_begins_before_the_loop_goes_round():
    turns, rounds = Turns(1), list[int]()
    now = 0

    async def note() -> None:
        await asyncio.sleep(0)
        rounds.append(now)

    for _ in range(3):
        turns.add(note, urgent=False)
    for now in range(1, 8):  # noqa: B007  # read by `note`
        await asyncio.sleep(0)
    first = rounds[0]
    assert rounds == [first, first + 1, first + 2]


async def test_dropped_work_never_begins_and_takes_no_turn():
    doing = Doing(Turns(1))
    doing.add("a")
    gone = doing.add("gone")
    doing.add("next")
    await settle()
    assert not gone.drop()
    await doing.end("a")
    assert doing.began == ["a", "next"]


async def test_work_that_is_dropped_under_way_ends_and_the_turn_goes_to_the_next():
    doing = Doing(Turns(1))
    gone = doing.add("gone")
    doing.add("next")
    doing.add("last")
    await settle()
    assert gone.drop()
    await settle()
    assert (doing.began, doing.cancelled) == (["gone", "next"], ["gone"])
    await doing.end("next")
    assert (doing.began, doing.cancelled) == (["gone", "next", "last"], ["gone"])


async def test_where_the_loop_ends_nothing_new_begins():
    doing = Doing(Turns(1))
    doing.add("a")
    doing.add("b")
    await settle()
    (task,) = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await settle()
    assert (doing.began, doing.cancelled) == (["a"], ["a"])


async def test_a_turn_that_nobody_wants_is_free_again():
    doing = Doing(Turns(1))
    doing.add("a")
    await settle()
    await doing.end("a")
    doing.add("later")
    await settle()
    assert doing.began == ["a", "later"]


async def test_a_lent_turn_is_somebody_elses_and_whoever_took_it_back_goes_on_at_once():
    turns, told = Turns(1), list[str]()
    kept = asyncio.Event()

    async def lends() -> None:
        turn = turn_in_use()
        turn.begin_question()
        assert turn.lend()
        await kept.wait()
        turn.take_back()  # waits for nobody, since the other might wait for it
        turn.end_question()
        told.append("goes on")

    doing = Doing(turns)
    turns.add(lends, urgent=False)
    doing.add("other")
    doing.add("third")
    await settle()
    assert doing.began == ["other"]
    kept.set()
    await settle()
    assert (told, doing.began) == (["goes on"], ["other"])  # there was one too many, so nobody begins
    await doing.end("other")
    assert doing.began == ["other", "third"]


async def test_whoever_is_dropped_while_its_turn_is_lent_gives_back_none():
    turns = Turns(1)

    async def lends() -> None:
        turn = turn_in_use()
        turn.begin_question()
        turn.lend()
        await asyncio.Event().wait()

    doing, lending = Doing(turns), turns.add(lends, urgent=False)
    for name in "abc":
        doing.add(name)
    await settle()
    assert lending.drop()
    await settle()
    assert doing.began == ["a"]
    await doing.end("a")
    assert doing.began == ["a", "b"]
