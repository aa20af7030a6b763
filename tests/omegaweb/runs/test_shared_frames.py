"""Frames of many sockets are made together: drawn once for all who see the same, and never for who may not."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.engine.announcer import Moved, hub
from omegaweb.projects.access import ROLES_WITH
from omegaweb.projects.models import Role
from omegaweb.runs import consumers
from omegaweb.runs.consumers import RunConsumer
from omegaweb.runs.live import REGIONS
from omegaweb.runs.models import Run
from omegaweb.runs.regions import draw
from omegaweb.runs.sockets import shared
from omegaweb.runs.sockets.base import FAILED, LiveConsumer
from omegaweb.runs.sockets.desk import Gone
from optimizer_core import events
from tests import event_streams
from tests.omegaweb.engine.recording import record, recorded_run
from tests.omegaweb.runs.test_sockets import opened, say
from tests.people import join
from tests.sockets import Socket

#: Seconds; nothing that is drawn seldom gets its turn in a test.
NEVER = 1e9
NEWCOMER = "Answer with the label that fits, and nothing else."

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LiveConsumer, "seconds_between_frames", 0.0)
    monkeypatch.setattr(shared, "SELDOM", NEVER)


@pytest.fixture
def run(alice: User) -> Run:
    return recorded_run(alice, list(event_streams.whole_run(epochs=1, batches=2))[:10])


@pytest.fixture
def viewer(run: Run, bob: User) -> User:
    """Bob may look at what Alice does."""
    join(run.project, bob, Role.VIEWER)
    return bob


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each region was drawn."""
    counted: Counter[str] = Counter()

    def count(region: Any, *args: Any, **options: Any) -> str:
        counted[region.name] += 1
        return draw(region, *args, **options)

    monkeypatch.setattr(consumers, "draw", count)
    return counted


def dropped() -> events.CandidateDropped:
    newcomer = event_streams.key_of(NEWCOMER)
    return events.CandidateDropped(
        candidate=newcomer, by=event_streams.BASELINE, reason="fell_behind", better=0, worse=3, count=4
    )


async def opened_several(clients: list[Client], path: str) -> list[Socket]:
    sockets = [await opened(path, client) for client in clients]
    for socket in sockets:
        await socket.frame()
    return sockets


async def close(sockets: list[Socket]) -> None:
    for socket in sockets:
        await socket.disconnect()


async def test_many_pages_of_a_run_cost_one_drawing(run, viewer, alice_client, bob_client, drawings):
    sockets = await opened_several([alice_client] * 5 + [bob_client] * 3, f"/ws/runs/{run.pk}/?after=10")
    drawings.clear()

    await sync_to_async(say)(run, [event_streams.spent(900)])
    frames = await asyncio.gather(*(socket.frame() for socket in sockets))

    assert all(frame["sequence"] == 11 and "900" in frame["regions"]["run-progress"] for frame in frames)
    assert drawings == {"run-progress": 1}
    await close(sockets)


async def test_what_offers_something_is_drawn_for_those_who_may_and_those_who_may_not(
    run, viewer, alice_client, bob_client, drawings
):
    sockets = await opened_several([alice_client] * 5 + [bob_client] * 3, f"/ws/runs/{run.pk}/?after=10")
    drawings.clear()

    await sync_to_async(say)(run, [events.RunPaused(reason="asked", by="alice")])
    await asyncio.gather(*(socket.frame() for socket in sockets))

    assert drawings["run-actions"] == 2
    assert drawings["run-state"] == 1
    await close(sockets)


async def test_in_one_round_everybody_is_offered_what_they_may_do(run, viewer, alice_client, bob_client):
    sockets = [await opened(f"/ws/runs/{run.pk}/", client) for client in (alice_client, bob_client)]

    owners, viewers = await asyncio.gather(*(socket.frame() for socket in sockets))

    assert "Stop" in owners["regions"]["run-actions"]
    assert "Stop" not in viewers["regions"]["run-actions"]
    await close(sockets)


async def test_pages_that_are_behind_by_different_lengths_get_what_each_lacks(run, alice_client):
    sockets = [await opened(f"/ws/runs/{run.pk}/?after={after}", alice_client) for after in (0, 7, 10)]

    frames = await asyncio.gather(*(socket.frame() for socket in sockets))

    firsts = [min([point[0] for line in frame["points"].values() for point in line], default=None) for frame in frames]
    assert firsts[0] is not None
    assert firsts[0] <= 7
    assert firsts[1] is None or firsts[1] > 7
    assert firsts[2] is None
    await close(sockets)


@pytest.mark.parametrize("failure", [RuntimeError("broken"), Gone()])
async def test_a_socket_that_fails_takes_no_other_with_it(run, alice_client, monkeypatch, failure):
    whole = RunConsumer.frame

    def fail_on_the_log(self: RunConsumer, round_: Any) -> Any:
        if self.query.get("tab") == "log":
            raise failure
        return whole(self, round_)

    good = await opened(f"/ws/runs/{run.pk}/", alice_client)
    await good.frame()
    bad = await opened(f"/ws/runs/{run.pk}/?tab=log", alice_client)
    await bad.frame()
    monkeypatch.setattr(RunConsumer, "frame", fail_on_the_log)

    await sync_to_async(say)(run, [event_streams.spent(900)])

    assert (await good.frame())["sequence"] == 11
    closed = await bad.output()
    assert closed["type"] == "websocket.close"
    assert (closed["code"] == FAILED) == isinstance(failure, RuntimeError)
    await good.disconnect()


@pytest.mark.parametrize("role", [Role.OWNER, Role.EDITOR, Role.REVIEWER, Role.VIEWER])
def test_what_a_region_shows_depends_on_the_role_and_not_on_the_person(run, bob, charlie, role, monkeypatch):
    """That is why people with the same role can be sent the same drawing."""
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    for person in (bob, charlie):
        join(run.project, person, role)
    stored = Run.objects.get(pk=run.pk)

    for region in REGIONS.values():
        query = {"tab": region.tab}
        assert draw(region, stored, query, user=bob) == draw(region, stored, query, user=charlie), region.name


@pytest.mark.parametrize("region", REGIONS.values(), ids=lambda each: each.name)
def test_roles_that_may_what_a_region_offers_are_shown_the_same(run, bob, charlie, region, monkeypatch):
    """That is why roles with the same sight can be sent the same drawing."""
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    asked = events.ReviewRequested(candidate=event_streams.BASELINE, reward=0.5, count=4)
    trouble = events.ProviderTroubled(model="openai/any", trouble="access_revoked", message="No.", seconds=1.0)
    stored = Run.objects.get(pk=record(run, asked, trouble).pk)
    drawn: dict[tuple[bool, ...], set[str]] = {}
    for role in Role:
        join(run.project, bob, role)
        sight = tuple(role in ROLES_WITH[right] for right in region.offers)
        drawn.setdefault(sight, set()).add(draw(region, stored, {"tab": region.tab}, user=bob))

    assert all(len(different) == 1 for different in drawn.values())


async def test_news_says_whether_it_is_about_reviews(run):
    heard: list[Moved] = []
    subscription = await hub.subscribe(lambda moved: not heard.append(moved))  # type: ignore[func-returns-value]

    for event in (
        event_streams.spent(900),
        events.ReviewRequested(candidate=event_streams.BASELINE, reward=0.5, count=4),
    ):
        await sync_to_async(say)(run, [event])
        assert await subscription.wait(seconds=5)
    hub.leave(subscription)

    assert [moved.reviews for moved in heard] == [False, True]


async def test_a_candidate_that_came_to_nothing_has_the_population_drawn_no_more(run, alice_client, drawings):
    socket = (await opened_several([alice_client], f"/ws/runs/{run.pk}/?after=10"))[0]
    drawings.clear()

    await sync_to_async(say)(run, [event_streams.proposed(NEWCOMER), dropped()])
    frame = await socket.frame()

    assert frame["sequence"] == 12
    assert "run-population" not in drawings
    await socket.disconnect()


async def test_a_candidate_that_the_population_shows_has_it_drawn_when_it_leaves(run, alice_client):
    socket = (await opened_several([alice_client], f"/ws/runs/{run.pk}/?after=10"))[0]
    await sync_to_async(say)(
        run, [event_streams.proposed(NEWCOMER), event_streams.scored(event_streams.key_of(NEWCOMER), [0.0] * 4)]
    )
    shown = (await socket.frame())["regions"]["run-population"]

    await sync_to_async(say)(run, [dropped()])
    left = (await socket.frame())["regions"]["run-population"]

    assert shown.count("<tr id=") == left.count("<tr id=") + 1
    await socket.disconnect()


async def test_advice_waits_for_its_time_unless_the_run_takes_a_turn(run, alice_client, drawings, monkeypatch):
    socket = (await opened_several([alice_client], f"/ws/runs/{run.pk}/?after=10"))[0]
    drawings.clear()

    drawn = []
    for event in (event_streams.proposed(NEWCOMER), events.RunPaused(reason="asked", by="alice")):
        await sync_to_async(say)(run, [event])
        await socket.frame()
        drawn.append(drawings["run-advice"])
    monkeypatch.setattr(shared, "SELDOM", 1e-6)
    await sync_to_async(say)(run, [event_streams.spent(901)])
    await socket.frame()

    assert [*drawn, drawings["run-advice"]] == [0, 1, 2]
    await socket.disconnect()
