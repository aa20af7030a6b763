"""The socket of the queue: reviews come and go while somebody looks at it."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from omegaweb.engine.recorder import Writer
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.consumers import WholeConsumer
from omegaweb.runs.models import Run
from omegaweb.runs.sockets.base import SIGNED_OUT
from optimizer_core import events
from tests.event_streams import BASELINE, baseline_proposed, key_of, proposed, scored, started
from tests.omegaweb.engine.recording import recorded_run
from tests.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "Answer in one word."


@pytest.fixture(autouse=True)
def fast(monkeypatch) -> None:
    monkeypatch.setattr(WholeConsumer, "seconds_between_frames", 0.0)


@pytest.fixture
def run(alice) -> Run:
    said: list[events.Event] = [started(), baseline_proposed(), scored(BASELINE, [0.0, 1.0]), proposed(TEXT)]
    return recorded_run(alice, said, name="The triage")


def say(run: Run, *said: events.Event) -> None:
    writer = Writer()
    for event in said:
        writer.write(run.pk, event)
    assert writer.close(run.pk) is None


async def queue_of(client, query: str = "") -> Socket:
    socket = Socket(f"/ws/reviews/{query}", client)
    assert await socket.connect() is None
    return socket


async def test_a_review_appears_when_it_is_asked_and_goes_when_it_is_decided(run, alice, alice_client):
    key = key_of(TEXT)
    socket = await queue_of(alice_client)
    assert "Nothing waits for you" in (await socket.frame())["regions"]["queue"]

    await sync_to_async(say)(run, events.ReviewRequested(candidate=key, reward=1.0, count=1))
    assert "The triage" in (await socket.frame())["regions"]["queue"]

    await Review.objects.filter(run=run).aupdate(state=ReviewState.APPROVED, reviewer=alice)
    await sync_to_async(say)(run, events.ReviewDecided(candidate=key, verdict="approved", reviewer="alice"))
    assert "Nothing waits for you" in (await socket.frame())["regions"]["queue"]
    await socket.disconnect()


async def test_what_is_decided_names_who_did(run, alice, alice_client):
    socket = await queue_of(alice_client, "?show=decided")
    await socket.frame()

    decided = events.ReviewDecided(candidate=key_of(TEXT), verdict="approved", reviewer="alice")
    asked = events.ReviewRequested(candidate=key_of(TEXT), reward=1.0, count=1)
    await sync_to_async(say)(run, asked, decided)

    queue = (await socket.frame())["regions"]["queue"]
    assert "alice" in queue
    assert "Approved" in queue
    await socket.disconnect()


async def test_others_see_only_their_own(run, bob_client, charlie_client):
    await sync_to_async(say)(run, events.ReviewRequested(candidate=key_of(TEXT), reward=1.0, count=1))
    for client in (bob_client, charlie_client):
        socket = await queue_of(client)
        assert "The triage" not in (await socket.frame())["regions"]["queue"]
        await socket.disconnect()
    assert await Socket("/ws/reviews/", None).connect() == SIGNED_OUT
