"""Tests of sealed rows whose process went away: they are marked as failed, and what they took is not forgotten."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.engine import sealed_test
from omegaweb.engine.claims import THIS_PROCESS
from omegaweb.releases.models import OpeningState, SealOpening
from omegaweb.runs.models import JournalEntry, Run
from omegaweb.spending.lines import lines_of
from tests.omegaweb.engine.scripted_runs import PATIENCE, Script, script, until
from tests.omegaweb.releases.test_put_up import WHY, address, sealed_run

__all__ = ["script"]

GONE = "elsewhere:1:abc"
NOW = timezone.now()
NOTED = NOW - timedelta(minutes=1)  # when the test last said what it had spent


def answered(run: Run, key: str, *, ago: float, cost: float) -> None:
    """Keep an answer in the run's journal, so many minutes after the test has noted its spend, or before."""
    values = {"prompt_tokens": 10, "completion_tokens": 2, "unpriced_calls": 0, "seconds": 0.1}
    at = NOTED + timedelta(minutes=ago)
    JournalEntry.objects.create(
        run=run, key=key, role="task", model="m", question={}, answer={}, calls=1, cost=cost, at=at, **values
    )


def test_a_test_whose_process_went_away_is_marked_as_failed(alice: User) -> None:
    run = sealed_run(alice)
    opening = SealOpening.objects.create(run=run, number=1, claimed_by=GONE, heartbeat_at=None)
    sealed_test.fail_abandoned()
    opening.refresh_from_db()
    assert opening.state == OpeningState.FAILED
    assert "try again" in opening.message


def test_what_it_was_answered_after_its_last_note_is_paid_and_shown(alice: User) -> None:
    run = sealed_run(alice)
    spent = {"calls": 4, "tokens": 48, "cost": 0.5}
    opening = SealOpening.objects.create(run=run, number=1, claimed_by=GONE, heartbeat_at=NOTED, **spent)
    answered(run, "noted", ago=-0.1, cost=9.0)
    answered(run, "lost", ago=0.1, cost=0.25)
    answered(run, "lost as well", ago=0.2, cost=0.5)

    sealed_test.fail_abandoned()
    sealed_test.fail_abandoned()  # another server looks, too

    opening.refresh_from_db()
    assert (opening.calls, opening.tokens, opening.cost) == (6, 72, 1.25)
    assert sum(line.amount.cost for line in lines_of(Run.objects.filter(pk=run.pk))) == 1.25


def test_a_server_that_is_stopped_leaves_no_cost_behind_either(alice: User) -> None:
    run = sealed_run(alice)
    here = {"claimed_by": THIS_PROCESS, "heartbeat_at": NOTED}
    opening = SealOpening.objects.create(run=run, number=1, **here)
    answered(run, "lost", ago=0.1, cost=0.25)

    sealed_test.close()

    opening.refresh_from_db()
    assert (opening.state, opening.calls, opening.cost) == (OpeningState.FAILED, 1, 0.25)


@pytest.mark.django_db(transaction=True)
def test_a_test_whose_rows_take_long_still_gives_signs_of_life(
    alice: User, alice_client: Client, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = threading.Event()

    async def slow(request: Any) -> dict[str, str]:
        while not seen.is_set():
            await asyncio.sleep(0.01)
        return {"label": "billing"}

    run = sealed_run(alice)
    monkeypatch.setattr(sealed_test, "SIGN_OF_LIFE", 0.01)
    script.answer = slow
    alice_client.post(address(run), WHY)
    opening = SealOpening.objects.get(run=run)
    try:
        until(lambda: SealOpening.objects.filter(run=run, heartbeat_at__gt=opening.heartbeat_at).exists())
    finally:
        seen.set()
        assert sealed_test.wait(opening.pk, seconds=PATIENCE)

    assert SealOpening.objects.get(run=run).state == OpeningState.DONE
