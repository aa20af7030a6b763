"""Results that many ask for are made once; the oldest are forgotten."""

from __future__ import annotations

import asyncio

import pytest

from optimizer_core.errors import ModelUnavailable
from optimizer_core.models.shared_results import SharedResults


async def test_each_key_is_made_once_and_told_to_whom_it_was_new():
    results: SharedResults[str, str] = SharedResults()
    asked = []

    async def make(keys):
        asked.append(keys)
        return [key.upper() for key in keys]

    assert await results.get(["a", "b", "a"], make) == (["A", "B", "A"], {"a", "b"})
    assert await results.get(["b", "c"], make) == (["B", "C"], {"c"})
    assert asked == [["a", "b"], ["c"]]


async def test_the_oldest_are_forgotten():
    results: SharedResults[int, int] = SharedResults(capacity=3)

    async def make(keys):
        return keys

    for key in range(5):
        await results.get([key], make)
    assert len(results) == 3
    known = [key for key in (4, 3, 2) if not (await results.get([key], make))[1]]
    assert known == [4, 3, 2]
    assert (await results.get([0], make))[1] == {0}


async def test_what_is_under_way_is_never_forgotten():
    results: SharedResults[int, int] = SharedResults(capacity=1)
    go = asyncio.Event()

    async def slow(keys):
        await go.wait()
        return keys

    async def quick(keys):
        return keys

    waiting = [asyncio.ensure_future(results.get([0], slow)) for _ in range(2)]
    await asyncio.sleep(0)
    await results.get([1], quick)
    go.set()
    assert [made for _, made in await asyncio.gather(*waiting)] == [{0}, set()]


async def test_a_failure_reaches_all_who_wait_and_is_not_kept():
    results: SharedResults[str, int] = SharedResults()
    go = asyncio.Event()

    async def fail(keys):
        await go.wait()
        raise ModelUnavailable("down")

    waiting = [asyncio.ensure_future(results.get(["a", "b"], fail)) for _ in range(2)]
    await asyncio.sleep(0)
    go.set()
    for task in waiting:
        with pytest.raises(ModelUnavailable, match="down"):
            await task
    assert len(results) == 0


async def test_where_the_maker_gives_up_the_next_one_makes_it():
    results: SharedResults[str, int] = SharedResults()

    async def endless(keys):
        await asyncio.Event().wait()
        raise AssertionError("never")

    async def quick(keys):
        return [7 for _ in keys]

    first = asyncio.ensure_future(results.get(["a"], endless))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(results.get(["a"], quick))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == ([7], {"a"})
