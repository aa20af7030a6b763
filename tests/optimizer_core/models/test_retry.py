"""Waits between attempts, and slots that work across loops and threads."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.errors import ModelUnavailable, RateLimited
from optimizer_core.models.http_errors import retry_after
from optimizer_core.models.retry import RetryPolicy
from optimizer_core.models.slots import Slots


@given(attempt=st.integers(0, 20), seed=st.integers())
def test_waits_grow_from_one_to_ten_seconds_with_jitter(attempt, seed):
    policy = RetryPolicy(attempts=5, first_wait=1.0, max_wait=60.0)
    wait = policy.wait(attempt, ModelUnavailable("x"), random.Random(seed))
    plain = min(2.0**attempt, 10.0)
    assert 0.75 * plain <= wait <= 1.25 * plain


@given(asked=st.floats(0, 1e6), seed=st.integers())
def test_the_providers_time_counts_up_to_the_maximum_and_is_never_undercut(asked, seed):
    policy = RetryPolicy(attempts=5, first_wait=1.0, max_wait=60.0)
    wait = policy.wait(0, RateLimited("x", retry_after=asked), random.Random(seed))
    assert min(asked, 60) <= wait <= min(asked, 60) + 0.1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 40.0),
    ],
)
def test_the_headers_that_ask_to_wait(headers, seconds):
    assert retry_after(headers, now=60.0) == seconds


async def test_slots_are_passed_on_when_a_waiter_is_cancelled():
    slots = Slots(1)
    async with slots:
        waiter = asyncio.create_task(slots.__aenter__())
        await asyncio.sleep(0)
        waiter.cancel()
        await asyncio.gather(waiter, return_exceptions=True)
    await asyncio.wait_for(slots.__aenter__(), 1)


async def test_a_slot_already_granted_to_a_cancelled_waiter_is_not_lost():
    slots = Slots(1)
    await slots.__aenter__()
    waiter = asyncio.create_task(slots.__aenter__())
    await asyncio.sleep(0)
    await slots.__aexit__(None, None, None)  # grants it, but the waiter has not run yet
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    await asyncio.wait_for(slots.__aenter__(), 1)


def test_slots_hold_over_several_threads_with_loops_of_their_own():
    slots, lock = Slots(2), threading.Lock()
    now = most = 0

    async def work():
        nonlocal now, most
        async with slots:
            with lock:
                now += 1
                most = max(most, now)
            await asyncio.sleep(0.005)
            with lock:
                now -= 1

    async def many():
        await asyncio.gather(*(work() for _ in range(8)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: asyncio.run(many()), range(4)))
    assert most == 2


def test_a_loop_that_ended_while_waiting_does_not_keep_the_slot():
    slots = Slots(1)

    async def take():
        await slots.__aenter__()

    asyncio.run(take())
    loop = asyncio.new_event_loop()
    waiting = loop.create_task(slots.__aenter__())
    loop.run_until_complete(asyncio.sleep(0))
    loop.stop()
    loop.run_forever()
    loop.close()  # with the waiter still in line
    waiting._log_destroy_pending = False  # type: ignore[attr-defined]  # that is what this test is about

    async def give_and_take():
        await slots.__aexit__(None, None, None)
        await asyncio.wait_for(slots.__aenter__(), 1)

    began = time.monotonic()
    asyncio.run(give_and_take())
    assert time.monotonic() - began < 1
