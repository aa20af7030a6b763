"""The sockets: who may have one, what a frame holds, and that nothing is missing after a lost connection."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from uvicorn.protocols.utils import ClientDisconnected

from omegaweb.engine import announcer, launcher
from omegaweb.engine.recorder import Writer
from omegaweb.runs.consumers import ListConsumer, MeConsumer
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.sockets.base import NOT_FOUND, SERVING, SIGNED_OUT, LiveConsumer
from optimizer_core import events
from tests import event_streams
from tests.factories import project_of
from tests.factories_runs import make_run
from tests.omegaweb.engine.recording import empty_run, recorded_run
from tests.sockets import PATIENCE, Socket

pytestmark = pytest.mark.django_db(transaction=True)

STREAM = list(event_streams.whole_run(epochs=3, batches=6))


@pytest.fixture(autouse=True)
def fast(monkeypatch) -> None:
    """Frames as soon as there is something to say."""
    for consumer in (LiveConsumer, ListConsumer, MeConsumer):
        monkeypatch.setattr(consumer, "seconds_between_frames", 0.0)


async def opened(path: str, client: Client) -> Socket:
    socket = Socket(path, client)
    assert await socket.connect() is None
    return socket


async def frames_until(socket: Socket, sequence: int) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["sequence"] < sequence:
        frames.append(await socket.frame())
    return frames


def points_of(frames: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """(line, event) of every point, in the order of events."""
    found = [(name, point[0]) for frame in frames for name, points in frame["points"].items() for point in points]
    return sorted(found, key=lambda pair: pair[1])


def say(run: Run, said: list[Any]) -> None:
    writer = Writer()
    for event in said:
        writer.write(run.pk, event)
    assert writer.close(run.pk) is None


def all_points(run: Run) -> list[tuple[str, int]]:
    return list(run.measurements.order_by("sequence", "pk").values_list("series", "sequence"))


@pytest.fixture
def run(alice) -> Run:
    return recorded_run(alice, STREAM[:30])


async def test_the_first_frame_is_a_whole_snapshot(run, alice_client):
    socket = await opened(f"/ws/runs/{run.pk}/", alice_client)

    frame = await socket.frame()

    assert frame["sequence"] == 30
    assert frame["state"] == "running"
    assert set(frame["regions"]) == {
        *("run-state", "run-actions", "run-progress", "run-notices", "run-scores", "run-advice", "curve-text"),
        *("run-population", "run-troubles"),
    }
    assert points_of([frame]) == await sync_to_async(all_points)(run)
    await socket.disconnect()


async def test_a_frame_holds_only_what_was_touched(run, alice_client):
    socket = await opened(f"/ws/runs/{run.pk}/?after=30", alice_client)
    first = await socket.frame()
    assert first["points"] == {}

    await sync_to_async(say)(run, [event_streams.spent(900)])
    frame = (await frames_until(socket, 31))[-1]

    assert list(frame["regions"]) == ["run-progress"]
    assert "900" in frame["regions"]["run-progress"]
    await socket.disconnect()


async def test_the_tab_decides_what_is_drawn(run, alice_client):
    socket = await opened(f"/ws/runs/{run.pk}/?tab=log&kind=spend&after=30", alice_client)

    regions = (await socket.frame())["regions"]

    assert "run-log" in regions
    assert "Spent so far" in regions["run-log"]
    assert "earned" not in regions["run-log"]
    assert "run-population" not in regions
    await socket.disconnect()


async def test_after_a_lost_connection_nothing_is_missing_and_nothing_comes_twice(alice, alice_client):
    run = await sync_to_async(empty_run)(alice)
    seen: list[dict[str, Any]] = []
    last = 0
    for start, end in ((0, 11), (11, 12), (12, 50), (50, len(STREAM))):
        socket = await opened(f"/ws/runs/{run.pk}/?after={last}", alice_client)
        # Half of it while connected, the rest while the connection is gone.
        middle = (start + end) // 2
        await sync_to_async(say)(run, STREAM[start:middle])
        seen += await frames_until(socket, middle)
        last = seen[-1]["sequence"]
        await socket.disconnect()
        await sync_to_async(say)(run, STREAM[middle:end])
    socket = await opened(f"/ws/runs/{run.pk}/?after={last}", alice_client)
    seen += await frames_until(socket, len(STREAM))
    await socket.disconnect()

    assert points_of(seen) == await sync_to_async(all_points)(run)


async def test_a_thousand_events_become_few_frames(alice, alice_client, monkeypatch):
    monkeypatch.setattr(LiveConsumer, "seconds_between_frames", 0.05)
    run = await sync_to_async(empty_run)(alice)
    stream = list(event_streams.whole_run(epochs=6, batches=40))
    socket = await opened(f"/ws/runs/{run.pk}/", alice_client)

    await sync_to_async(say)(run, stream)
    frames = await frames_until(socket, len(stream))

    assert len(stream) > 1000
    assert len(frames) < 60
    assert points_of(frames) == await sync_to_async(all_points)(run)
    await socket.disconnect()


async def test_a_stop_request_shows_although_no_event_came(run, alice_client):
    socket = await opened(f"/ws/runs/{run.pk}/?after=30", alice_client)
    await socket.frame()

    await sync_to_async(launcher.stop)(run.pk)
    frame = await socket.frame()

    assert "Stopping" in frame["regions"]["run-state"]
    await socket.disconnect()


async def test_others_are_turned_away_before_anything_is_sent(run, bob_client, charlie_client):
    for client in (bob_client, charlie_client):
        assert await Socket(f"/ws/runs/{run.pk}/", client).connect() == NOT_FOUND


@pytest.mark.parametrize("path", ["/ws/runs/{}/", "/ws/projects/1/runs/", "/ws/me/"])
async def test_signed_out_nobody_gets_a_socket(run, path):
    assert await Socket(path.format(run.pk), None).connect() == SIGNED_OUT


async def test_a_refused_socket_is_opened_first_so_that_the_browser_hears_why(run, alice_client):
    socket = Socket("/ws/runs/999/", alice_client)
    await socket.connect()

    assert socket.was_accepted


async def test_a_page_of_another_site_gets_no_socket(run, alice_client):
    assert await Socket(f"/ws/runs/{run.pk}/", alice_client, origin="http://evil.example").connect() is not None


async def test_a_run_that_does_not_exist_has_no_socket(alice_client):
    assert await Socket("/ws/runs/999/", alice_client).connect() == NOT_FOUND


async def test_signing_out_closes_the_socket_at_the_next_frame(run, alice_client):
    socket = await opened(f"/ws/runs/{run.pk}/", alice_client)
    await socket.frame()

    await sync_to_async(alice_client.logout)()
    await sync_to_async(say)(run, [event_streams.spent(900)])

    assert await socket.output() == {"type": "websocket.close", "code": SIGNED_OUT}


async def test_a_person_whose_account_was_closed_is_signed_out(run, alice, alice_client):
    socket = await opened(f"/ws/runs/{run.pk}/", alice_client)
    await socket.frame()

    alice.is_active = False
    await sync_to_async(alice.save)()
    await sync_to_async(say)(run, [event_streams.spent(900)])

    assert (await socket.output())["code"] == SIGNED_OUT


async def test_a_run_that_is_deleted_closes_the_socket(run, alice_client):
    socket = await opened(f"/ws/runs/{run.pk}/", alice_client)
    await socket.frame()

    project, number = run.project_id, run.pk
    await sync_to_async(run.delete)()
    announcer.announce(number, project_id=project, sequence=99)

    assert (await socket.output())["code"] == NOT_FOUND


async def test_a_browser_that_leaves_between_two_frames_is_no_failure(run, alice_client, monkeypatch, caplog):
    async def left(self: LiveConsumer, *args: Any, **kwargs: Any) -> None:
        raise ClientDisconnected

    await opened(f"/ws/runs/{run.pk}/", alice_client)
    (serving,) = [task for task in asyncio.all_tasks() if task.get_name() == SERVING]
    monkeypatch.setattr(LiveConsumer, "send", left)
    await sync_to_async(launcher.stop)(run.pk)  # something to send

    await asyncio.wait_for(serving, PATIENCE)
    assert not caplog.records


async def test_the_list_moves_with_its_runs(run, alice_client):
    socket = await opened(f"/ws/projects/{run.project_id}/runs/", alice_client)
    before = (await socket.frame())["regions"]["run-list"]
    assert "Running" in before

    finish = events.RunFinished(status="completed", reason="epochs_done")
    await sync_to_async(say)(run, [finish])
    after = (await socket.frame())["regions"]["run-list"]

    assert "Completed" in after
    await socket.disconnect()


async def test_the_list_shows_a_person_only_their_own_runs(run, alice_client, bob, bob_client):
    await sync_to_async(make_run)(bob, name="Bob's own", state=RunState.COMPLETED)
    project = await sync_to_async(project_of)(bob)
    socket = await opened(f"/ws/projects/{project.pk}/runs/", bob_client)

    shown = (await socket.frame())["regions"]["run-list"]

    assert "Bob&#x27;s own" in shown
    assert run.name not in shown
    await socket.disconnect()


async def test_every_page_hears_how_many_reviews_wait(run, alice_client, charlie_client):
    mine = await opened("/ws/me/", alice_client)
    theirs = await opened("/ws/me/", charlie_client)
    assert await mine.frame() == {"reviews": 0}
    assert await theirs.frame() == {"reviews": 0}

    asked = events.ReviewRequested(candidate=event_streams.BASELINE, reward=0.5, count=4)
    await sync_to_async(say)(run, [asked])

    assert await mine.frame() == {"reviews": 1}
    assert await theirs.is_silent(0.2)
    for socket in (mine, theirs):
        await socket.disconnect()
