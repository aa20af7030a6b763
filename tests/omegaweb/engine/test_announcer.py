"""News about runs, from any thread to every watcher of this process."""

from __future__ import annotations

import asyncio
import threading

from omegaweb.engine import announcer
from omegaweb.engine.announcer import Moved, hub


def from_another_thread(run_id: int, sequence: int) -> None:
    work = threading.Thread(target=announcer.announce, args=(run_id,), kwargs={"project_id": 1, "sequence": sequence})
    work.start()
    work.join()


async def test_a_watcher_hears_of_its_run_from_another_thread():
    subscription = await hub.subscribe(lambda moved: moved.run_id == 7)

    from_another_thread(7, 42)

    assert await subscription.wait(seconds=5)
    hub.leave(subscription)


async def test_a_watcher_does_not_hear_of_other_runs():
    mine = await hub.subscribe(lambda moved: moved.run_id == 7)
    theirs = await hub.subscribe(lambda moved: moved.run_id == 8)

    from_another_thread(8, 1)

    assert await theirs.wait(seconds=5)
    assert not await mine.wait(seconds=0)
    for subscription in (mine, theirs):
        hub.leave(subscription)


async def test_much_news_is_one_piece_of_news():
    subscription = await hub.subscribe(lambda moved: True)

    for sequence in range(1000):
        subscription.tell(Moved(run_id=1, project_id=1, sequence=sequence))

    assert await subscription.wait(seconds=0)
    assert not await subscription.wait(seconds=0)
    hub.leave(subscription)


async def test_without_a_watcher_nothing_is_said():
    subscription = await hub.subscribe(lambda moved: True)
    hub.leave(subscription)

    announcer.announce(1, project_id=1, sequence=1)

    assert hub.loop is None
    await asyncio.sleep(0)


async def test_watchers_that_come_at_the_same_time_share_one_listener():
    subscriptions = await asyncio.gather(*(hub.subscribe(lambda moved: True) for _ in range(5)))

    from_another_thread(1, 1)

    assert all(await asyncio.gather(*(subscription.wait(seconds=5) for subscription in subscriptions)))
    for subscription in subscriptions:
        hub.leave(subscription)


def test_a_loop_that_is_gone_is_no_error():
    async def watch() -> None:
        await hub.subscribe(lambda moved: True)  # and the server dies without leaving

    asyncio.run(watch())

    announcer.announce(1, project_id=1, sequence=1)
