"""Sockets while memberships change: they are project-wide, and end soon after a membership does."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from omegaweb.accounts.models import User
from omegaweb.projects import services
from omegaweb.projects.models import Membership, Role
from omegaweb.runs.consumers import ListConsumer, MeConsumer
from omegaweb.runs.models import Run
from omegaweb.runs.sockets import base
from omegaweb.runs.sockets.base import NOT_FOUND, LiveConsumer
from tests import event_streams
from tests.factories_runs import make_candidate, make_review
from tests.omegaweb.engine.recording import recorded_run
from tests.people import join
from tests.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames as soon as there is something to say, and a look at the database every now and then."""
    for consumer in (LiveConsumer, ListConsumer, MeConsumer):
        monkeypatch.setattr(consumer, "seconds_between_frames", 0.0)
    monkeypatch.setattr(base, "LOOK_ANYWAY", 0.05)


@pytest.fixture
def run(alice: User) -> Run:
    return recorded_run(alice, list(event_streams.whole_run(epochs=1, batches=2))[:10], name="The triage")


@pytest.fixture
def membership(run: Run, bob: User) -> Membership:
    """Bob may look at what Alice does."""
    return join(run.project, bob, Role.VIEWER)


async def opened(path: str, client) -> Socket:
    socket = Socket(path, client)
    assert await socket.connect() is None
    return socket


@sync_to_async
def remove(membership: Membership, alice: User) -> None:
    services.end_membership(membership=membership, user=alice)


async def test_a_members_list_moves_with_the_runs_of_others(run, membership, bob_client):
    socket = await opened(f"/ws/projects/{run.project_id}/runs/", bob_client)
    assert "The triage" in (await socket.frame())["regions"]["run-list"]
    await Run.objects.filter(pk=run.pk).aupdate(name="Another name")
    assert "Another name" in (await socket.frame())["regions"]["run-list"]
    await socket.disconnect()


@pytest.mark.parametrize("path", ["/ws/runs/{0.pk}/", "/ws/projects/{0.project_id}/runs/"])
async def test_a_socket_closes_when_its_person_is_removed(run, alice, membership, bob_client, path: str):
    socket = await opened(path.format(run), bob_client)
    await socket.frame()
    await remove(membership, alice)
    assert await socket.closing_code() == NOT_FOUND


async def test_the_queue_empties_when_its_person_is_removed(run, alice, bob, bob_client):
    membership = await sync_to_async(lambda: join(run.project, bob, Role.REVIEWER))()
    await sync_to_async(lambda: make_review(make_candidate(run, number=9, instruction="Sort")))()
    queue, me = await opened("/ws/reviews/", bob_client), await opened("/ws/me/", bob_client)
    assert "The triage" in (await queue.frame())["regions"]["queue"]
    assert await me.frame() == {"reviews": 1}
    await remove(membership, alice)
    assert "The triage" not in (await queue.frame())["regions"]["queue"]
    assert await me.frame() == {"reviews": 0}
    for socket in (queue, me):
        await socket.disconnect()


async def test_a_viewers_badge_counts_nothing(run, membership, bob_client):
    await sync_to_async(lambda: make_review(make_candidate(run, number=9, instruction="Sort")))()
    me = await opened("/ws/me/", bob_client)
    assert await me.frame() == {"reviews": 0}
    await me.disconnect()


async def test_a_new_role_changes_what_the_page_offers(run, alice, membership, bob_client):
    socket = await opened(f"/ws/runs/{run.pk}/", bob_client)
    assert "Stop" not in (await socket.frame())["regions"]["run-actions"]
    await sync_to_async(services.change_role)(membership=membership, user=alice, role=Role.EDITOR)
    assert "Stop" in (await socket.frame())["regions"]["run-actions"]
    await socket.disconnect()
