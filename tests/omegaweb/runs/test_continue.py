"""Continuing an interrupted run from its page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from omegaweb.engine import launcher
from omegaweb.runs.models import RunState
from tests.factories_runs import make_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def started(monkeypatch) -> list[int]:
    """The runs that were started; none really is."""
    runs: list[int] = []
    monkeypatch.setattr(launcher, "start", runs.append)
    return runs


def url(run) -> str:
    return reverse("runs:continue", args=[run.pk])


def test_an_interrupted_run_is_queued_and_started(alice, alice_client, started):
    run = make_run(alice, state=RunState.INTERRUPTED, message="The server stopped")

    response = alice_client.post(url(run))

    assert response["Location"] == run.get_absolute_url()
    run.refresh_from_db()
    assert (run.state, run.message) == (RunState.QUEUED, "")
    assert started == [run.pk]


def test_the_second_tab_hears_that_the_run_has_moved_on(alice, alice_client, started):
    run = make_run(alice, state=RunState.INTERRUPTED)
    alice_client.post(url(run))

    response = alice_client.post(url(run), follow=True)

    assert "moved on" in response.content.decode()
    assert started == [run.pk]


def test_it_takes_a_post(alice, alice_client):
    assert alice_client.get(url(make_run(alice, state=RunState.INTERRUPTED))).status_code == 405


def test_others_cannot(alice, bob_client, started):
    assert bob_client.post(url(make_run(alice, state=RunState.INTERRUPTED))).status_code == 404
    assert started == []


def test_signed_out_nobody_can(alice, client, started):
    assert client.post(url(make_run(alice, state=RunState.INTERRUPTED))).status_code == 302
    assert started == []
