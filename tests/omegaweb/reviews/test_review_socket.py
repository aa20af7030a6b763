"""The socket of one review: who looks at it sees at once what another person decides."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from omegaweb.engine.endings import announce
from omegaweb.reviews.models import Review
from omegaweb.reviews.services import decide
from omegaweb.runs.configuration import ReviewChoice
from omegaweb.runs.consumers import RegionsConsumer
from omegaweb.runs.sockets.base import NOT_FOUND, SIGNED_OUT
from tests.factories import project_of
from tests.factories_runs import make_candidate, make_review, make_run
from tests.people import join
from tests.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def review(alice, bob, monkeypatch) -> Review:
    monkeypatch.setattr(RegionsConsumer, "seconds_between_frames", 0.0)
    join(project_of(alice), bob, "reviewer")
    run = make_run(alice, configuration={"review": ReviewChoice(asks="every", approvals=2)})
    return make_review(make_candidate(run, number=1, instruction="Sort: {{text}}", parents=[make_candidate(run)]))


def say(review: Review, user, verdict: str, **more) -> None:
    decide(review, user=user, verdict=verdict, **more)
    announce(review.run_id)


async def test_a_vote_and_a_decision_of_another_person_are_shown(review, alice, bob, alice_client):
    socket = Socket(f"/ws/reviews/{review.pk}/", alice_client)
    assert await socket.connect() is None
    assert "0 of 2 approvals" in (await socket.frame())["regions"]["decision"]

    await sync_to_async(say)(review, bob, "approved")
    shown = (await socket.frame())["regions"]["decision"]
    assert "bob approved" in shown
    assert 'value="approved"' in shown

    await sync_to_async(say)(review, bob, "rejected", reason="On second thought, no.")
    shown = (await socket.frame())["regions"]["decision"]
    assert "<dd>bob</dd>" in shown
    assert "On second thought, no." in shown
    assert 'value="approved"' not in shown
    await socket.disconnect()


async def test_others_may_not_watch(review, charlie_client):
    assert await Socket(f"/ws/reviews/{review.pk}/", charlie_client).connect() == NOT_FOUND
    assert await Socket(f"/ws/reviews/{review.pk}/", None).connect() == SIGNED_OUT
