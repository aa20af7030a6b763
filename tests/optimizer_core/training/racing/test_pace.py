"""The order in which lanes spend a budget: the first that is too dear ends it, whoever asks first."""

from __future__ import annotations

import asyncio
import random
from types import SimpleNamespace
from typing import Any

import pytest

from optimizer_core.budget import Budget, Meter
from optimizer_core.errors import BudgetExhausted
from optimizer_core.training.ledger import Key
from optimizer_core.training.racing.pace import Pace
from optimizer_core.training.racing.state import RacingState


def make_pace(calls, *, width=2):
    """Two lanes, 0 and 1, of rounds that take at most 36 calls; a landing takes at most 11."""
    run: Any = SimpleNamespace(
        meter=Meter(Budget(calls=calls)),
        state=SimpleNamespace(racing=RacingState(width=width)),
        holdback=SimpleNamespace(calls_each=1.0),
        measurer=SimpleNamespace(reported=set),
        data=SimpleNamespace(validation=[None] * 10),
        settings=SimpleNamespace(minibatch_size=8, batch_size=1),
        racer=SimpleNamespace(nb_best_predictions=5, nb_worst_predictions=4),
    )
    pace = Pace(run)
    for number in (0, 1):
        proposal: Any = SimpleNamespace(number=number, round=1)
        pace.open(proposal)
    return pace, run


def rows(lane, count, start=0):
    return [Key(f"candidate {lane}", str(row)) for row in range(start, start + count)]


async def settle():
    for _ in range(3):
        await asyncio.sleep(0)


async def test_nobody_waits_while_there_is_plenty():
    pace, _ = make_pace(1000)
    for round_ in range(5):
        await pace.take(1, rows(1, 8, start=8 * round_))


async def test_near_the_end_the_younger_lane_waits_for_the_older_one():
    pace, _ = make_pace(30)
    younger = asyncio.ensure_future(pace.take(1, rows(1, 8)))
    await settle()
    assert not younger.done()
    await pace.take(0, rows(0, 8))
    await younger


@pytest.mark.parametrize("first", [0, 1])
async def test_the_first_in_order_that_is_too_dear_ends_the_budget_whoever_asks_first(first):
    pace, _ = make_pace(20)
    asking = {number: asyncio.ensure_future(pace.take(number, rows(number, 12))) for number in (first, 1 - first)}
    await settle()
    assert asking[0].exception() is None
    assert isinstance(asking[1].exception(), BudgetExhausted)
    with pytest.raises(BudgetExhausted):
        await pace.take(0, rows(0, 1, start=50))


async def test_what_another_lane_asked_already_costs_nothing():
    pace, _ = make_pace(20)
    await asyncio.gather(pace.take(0, rows("both", 15)), pace.take(1, rows("both", 15)))


async def test_a_lane_that_has_ended_holds_nobody_up():
    pace, _ = make_pace(30)
    younger = asyncio.ensure_future(pace.take(1, rows(1, 8)))
    await settle()
    pace.finish(0)
    await younger


async def test_before_the_next_round_comes_the_landing_that_is_due():
    pace, run = make_pace(30)
    await asyncio.gather(pace.take(0, rows(0, 8)), pace.take(1, rows(1, 8)))
    pace.finish(0)
    later = asyncio.ensure_future(pace.take(1, rows(1, 6, start=20)))
    await settle()
    assert not later.done()
    assert await pace.next_to_land((0, 1)) == 0
    pace.land(0)
    pace.close(0)
    await later
    assert run.state.racing.cost == 8


async def test_a_short_proposal_lands_before_an_older_one_that_takes_longer():
    pace, _ = make_pace(1000)
    for round_ in range(2):
        await pace.take(0, rows(0, 8, start=8 * round_))
    await pace.take(1, rows(1, 8))
    pace.finish(1)
    assert await pace.next_to_land((0, 1)) == 1


async def test_it_is_waited_for_whoever_may_still_have_been_done_earlier():
    pace, _ = make_pace(1000)
    for round_ in range(2):
        await pace.take(0, rows(0, 8, start=8 * round_))
    pace.finish(0)
    await pace.take(1, rows(1, 8))
    landing = asyncio.ensure_future(pace.next_to_land((0, 1)))
    await settle()
    assert not landing.done()
    pace.finish(1)
    assert await landing == 1


async def test_where_the_budget_ends_everybody_who_waits_is_told():
    pace, _ = make_pace(30)
    waiting = asyncio.ensure_future(pace.take(1, rows(1, 8)))
    await settle()
    pace.end()
    with pytest.raises(BudgetExhausted):
        await waiting


async def test_a_lane_alone_is_left_to_the_meter():
    pace, _ = make_pace(10)
    pace.finish(0)
    pace.close(0)
    await pace.take(1, rows(1, 50))


@pytest.mark.parametrize(("calls", "is_plenty"), [(193, False), (194, True)])
async def test_whoever_may_still_take_a_free_place_is_allowed_for(calls, is_plenty):
    """Lane 0 may ask in three rounds, whoever takes the free place when it lands in two; and there is a landing."""
    pace, _ = make_pace(calls, width=3)
    for round_ in range(2):
        await pace.take(1, rows(1, 1, start=round_))
    third = asyncio.ensure_future(pace.take(1, rows(1, 1, start=2)))
    await settle()
    assert third.done() is is_plenty
    third.cancel()


@pytest.mark.parametrize("count", [15, 16])
async def test_a_question_to_a_proposer_counts_once_before_and_after_its_lane_has_landed(count):
    pace, _ = make_pace(20)
    later: Any = SimpleNamespace(number=2, round=9)
    pace.open(later)
    await pace.take(0, proposals=5)
    pace.finish(0)
    pace.land(0)
    pace.close(0)
    asking = asyncio.ensure_future(pace.take(1, rows(1, count)))
    await settle()
    assert isinstance(asking.exception(), BudgetExhausted) is (count > 15)


async def spend(calls, width, *, lanes, timing):
    """Let lanes ask and land as a search does, each when chance lets it.

    Return what was granted, by lane and round, and which landed, in their order.
    """
    pace, run = make_pace(calls, width=width)
    for number in (0, 1):
        pace.close(number)
    racing, granted, order, costs = run.state.racing, [], [], random.Random(lanes)
    asks = [[costs.randint(1, 36) for _ in range(costs.randint(1, 6))] for _ in range(200)]

    async def pursue(number):
        try:
            for round_, count in enumerate(asks[number]):
                for _ in range(timing.choice((0, 0, 1, 2, 30))):
                    await asyncio.sleep(0)
                await pace.take(number, rows(number, count, start=100 * round_))
                granted.append((number, round_))
        finally:
            pace.finish(number)

    under_way: dict[int, Any] = {}
    landed, number = None, 0
    try:
        while True:
            while len(under_way) < width:
                proposal: Any = SimpleNamespace(number=number, round=racing.round + 1)
                pace.open(proposal)
                under_way[number] = asyncio.ensure_future(pursue(number))
                number += 1
            if landed is not None:
                pace.close(landed)
            landed = await pace.next_to_land(under_way)
            await under_way.pop(landed)
            order.append(landed)
            pace.land(landed)
    except BudgetExhausted:
        pace.end()
        await asyncio.gather(*under_way.values(), return_exceptions=True)
    return sorted(granted), order


@pytest.mark.parametrize("width", [2, 3, 8])
@pytest.mark.parametrize("lanes", range(6))
async def test_what_a_budget_pays_does_not_depend_on_who_is_faster(width, lanes):
    calls = 400 + 150 * width
    first, *others = [await spend(calls, width, lanes=lanes, timing=random.Random(seed)) for seed in range(4)]
    granted, order = first
    assert granted
    assert order != sorted(order)
    assert all(other == first for other in others)
