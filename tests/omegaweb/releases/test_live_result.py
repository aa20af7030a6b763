"""What moves without a reload: the result tab while a seal is opened or a run ends, and a version's approvals."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.releases.models import Release
from omegaweb.releases.seal import seal_of
from omegaweb.runs.configuration import ReviewChoice
from omegaweb.runs.consumers import RegionsConsumer
from omegaweb.runs.models import Run, RunState
from optimizer_core import events
from tests.event_streams import BASELINE, baseline_proposed, scored, started
from tests.factories import project_of
from tests.factories_runs import make_candidate, make_release, make_run
from tests.omegaweb.engine.recording import record, recorded_run
from tests.omegaweb.engine.scripted_runs import Script, script
from tests.omegaweb.releases.test_put_up import WHY, address, sealed_run
from tests.people import join, signed_in
from tests.sockets import Socket

__all__ = ["script"]

pytestmark = pytest.mark.django_db(transaction=True)


async def shown(socket: Socket, words: str) -> str:
    """Wait for the frame in which the result says that."""
    while words not in (result := (await socket.frame())["regions"].get("result", "")):
        pass
    return str(result)


async def test_a_watcher_sees_the_test_go_on_and_then_its_result(
    alice: User, alice_client: Client, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RegionsConsumer, "seconds_between_frames", 0.0)
    held = asyncio.Event()

    async def answer(request: Any) -> Any:
        while not held.is_set():  # set in another loop, so it is only looked at
            await asyncio.sleep(0.01)
        return {"label": "billing"}

    script.answer = answer
    run = await sync_to_async(sealed_run)(alice)
    socket = Socket(f"/ws/runs/{run.pk}/?tab=result", alice_client)
    assert await socket.connect() is None
    assert "Sealed until a candidate is put up" in await shown(socket, "Sealed")

    await sync_to_async(alice_client.post)(address(run), WHY)
    testing = await shown(socket, "Testing")
    assert "0 of 8 answers of the start and candidate" in testing
    assert "Sealed until" not in testing
    held.set()
    assert 'value="100"' not in await shown(socket, "No reliable improvement")
    await socket.disconnect()
    assert await sync_to_async(Release.objects.count)() == 1


async def test_a_version_shows_at_once_who_has_approved_it(
    alice: User, bob: User, alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RegionsConsumer, "seconds_between_frames", 0.0)
    release = await sync_to_async(put_up_by)(alice, bob)
    socket = Socket(f"/ws/releases/{release.pk}/", alice_client)
    assert await socket.connect() is None
    assert "0 of 2 approvals" in (await socket.frame())["regions"]["release-ballot"]

    reviewer = await sync_to_async(signed_in)(bob)
    await sync_to_async(reviewer.post)(f"/releases/{release.pk}/decide/", {"verdict": "approved", "comment": "Fine."})
    shown_now = (await socket.frame())["regions"]["release-ballot"]
    assert "1 of 2 approvals" in shown_now
    assert "bob approved" in shown_now
    await sync_to_async(reviewer.post)(
        f"/releases/{release.pk}/decide/", {"verdict": "declined", "comment": "Too long"}
    )
    assert "bob has decided" in (await socket.frame())["regions"]["release-ballot"]
    await socket.disconnect()


def put_up_by(alice: User, bob: User) -> Release:
    """A version that Alice put up and two have to approve; Bob reviews."""
    join(project_of(alice), bob, "reviewer")
    run = make_run(alice, state=RunState.COMPLETED, configuration={"review": ReviewChoice(asks="release", approvals=2)})
    return make_release(make_candidate(run))


def test_a_run_that_tests_its_winner_shows_how_far_it_is(alice: User, alice_client: Client) -> None:
    run = recorded_run(alice, [started(), baseline_proposed(), scored(BASELINE, [0.0, 1.0])])
    told = scored(BASELINE, [1.0, 0.0])
    test = events.CandidateScored(**{**{name: getattr(told, name) for name in told.__slots__}, "split": "test"})
    run = record(run, test)
    testing = seal_of(run).testing
    assert testing is not None
    assert (testing.answered, testing.wanted, testing.percent) == (2, 4, 50)
    page = alice_client.get(f"{run.get_absolute_url()}?tab=result").content.decode()
    assert "2 of 4 answers of the start" in page


def test_while_a_run_goes_on_the_result_of_its_earlier_end_is_named_as_that(alice: User, alice_client: Client) -> None:
    run = sealed_run(alice)
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    side = {"mean": 0.5, "low": 0.1, "high": 0.9, "n": 4}
    start, better = run.candidates.all()
    figures = {
        "baseline": {**side, "candidate": start.key},
        "winner": {**side, "candidate": better.key},
        "difference": {**side, "mean": 0.0, "low": -0.4, "high": 0.4},
        "verdict": "no_reliable_improvement",
    }
    run.openings.create(number=1, by_run=True, candidate=better, state="done", figures=figures)
    page = alice_client.get(f"{run.get_absolute_url()}?tab=result").content.decode()
    assert "Of an earlier end" in page
    assert "result of look 1" in page
