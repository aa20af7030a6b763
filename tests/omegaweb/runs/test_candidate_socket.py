"""The socket of a candidate's page: its results grow and its review is decided while somebody looks at it."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from omegaweb.engine.recorder import Writer
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.models import Run
from omegaweb.runs.sockets.base import NOT_FOUND, SIGNED_OUT, LiveConsumer
from optimizer_core import events
from tests.event_streams import BASELINE, baseline_proposed, key_of, proposed, scored, spent, started
from tests.omegaweb.engine.recording import recorded_run
from tests.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "Answer in one word."


@pytest.fixture(autouse=True)
def fast(monkeypatch) -> None:
    monkeypatch.setattr(LiveConsumer, "seconds_between_frames", 0.0)


@pytest.fixture
def run(alice) -> Run:
    """The baseline is scored, one candidate is proposed."""
    return recorded_run(alice, [started(), baseline_proposed(), scored(BASELINE, [0.0, 1.0]), proposed(TEXT)])


def say(run: Run, *said: events.Event) -> None:
    writer = Writer()
    for event in said:
        writer.write(run.pk, event)
    assert writer.close(run.pk) is None


async def opened(run: Run, client, query: str = "") -> Socket:
    socket = Socket(f"/ws/runs/{run.pk}/candidates/1/?after={run.last_sequence}{query}", client)
    assert await socket.connect() is None
    return socket


async def test_the_first_frame_holds_every_region_of_the_page(run, alice_client):
    socket = await opened(run, alice_client)

    regions = (await socket.frame())["regions"]

    names = ("actions", "badges", "fate", "flags", "review", "figures", "samples")
    assert set(regions) == {f"candidate-{name}" for name in names}
    page = (await sync_to_async(alice_client.get)(f"/runs/{run.pk}/candidates/1/")).content.decode()
    assert all(f'id="{name}"' in page for name in regions)
    await socket.disconnect()


async def test_results_grow_and_the_rest_stays(run, alice_client):
    socket = await opened(run, alice_client)
    assert "not scored yet" in (await socket.frame())["regions"]["candidate-figures"]

    await sync_to_async(say)(run, scored(key_of(TEXT), [1.0, 1.0]))
    frame = await socket.frame()

    assert {"candidate-samples", "candidate-figures"} <= set(frame["regions"])
    assert "candidate-review" not in frame["regions"]
    assert "fixed <strong>1</strong>" in frame["regions"]["candidate-samples"]
    await socket.disconnect()


async def test_what_does_not_concern_it_makes_no_region(run, alice_client):
    socket = await opened(run, alice_client)
    await socket.frame()

    await sync_to_async(say)(run, spent(40))

    assert (await socket.frame())["regions"] == {}
    await socket.disconnect()


async def test_links_to_other_samples_keep_the_query(run, alice_client):
    await sync_to_async(say)(run, scored(key_of(TEXT), [1.0, 1.0]))
    socket = await opened(run, alice_client, "&layout=side&outcome=all")

    samples = (await socket.frame())["regions"]["candidate-samples"]

    assert "layout=side" in samples
    assert "after=" not in samples
    await socket.disconnect()


async def test_who_decided_appears_without_loading_the_page(run, alice, alice_client):
    key = key_of(TEXT)
    await sync_to_async(say)(run, scored(key, [1.0]), events.ReviewRequested(candidate=key, reward=1.0, count=1))
    socket = await opened(run, alice_client)
    assert "It waits for you" in (await socket.frame())["regions"]["candidate-review"]

    await Review.objects.filter(run=run).aupdate(state=ReviewState.APPROVED, reviewer=alice)
    await sync_to_async(say)(run, events.ReviewDecided(candidate=key, verdict="approved", reviewer="alice"))
    regions = (await socket.frame())["regions"]

    assert "Approved by alice" in regions["candidate-review"]
    assert "Scored" in regions["candidate-badges"]
    await socket.disconnect()


async def test_others_and_unknown_candidates_are_turned_away(run, alice_client, bob_client, charlie_client):
    for client in (bob_client, charlie_client):
        assert await Socket(f"/ws/runs/{run.pk}/candidates/1/", client).connect() == NOT_FOUND
    assert await Socket(f"/ws/runs/{run.pk}/candidates/99/", alice_client).connect() == NOT_FOUND
    assert await Socket(f"/ws/runs/{run.pk}/candidates/1/", None).connect() == SIGNED_OUT
