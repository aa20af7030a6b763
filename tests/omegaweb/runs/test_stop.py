"""Stopping a run from its page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from omegaweb.runs.models import RunState
from tests.factories_runs import make_run

pytestmark = pytest.mark.django_db


def url(run) -> str:
    return reverse("runs:stop", args=[run.pk])


def test_it_asks_before_it_stops(alice, alice_client):
    run = make_run(alice)

    page = alice_client.get(url(run)).content.decode()

    assert "Stop this run?" in page
    run.refresh_from_db()
    assert run.stop_requested_at is None


def test_a_running_run_is_asked_to_stop(alice, alice_client):
    run = make_run(alice)

    response = alice_client.post(url(run), follow=True)

    run.refresh_from_db()
    assert run.stop_requested_at is not None
    assert run.state == RunState.RUNNING
    assert "Stopping" in response.content.decode()


def test_a_queued_run_is_stopped_at_once(alice, alice_client):
    run = make_run(alice, state=RunState.QUEUED)

    alice_client.post(url(run))

    run.refresh_from_db()
    assert run.state == RunState.STOPPED


def test_a_run_that_is_over_stays_as_it_is(alice, alice_client):
    run = make_run(alice, state=RunState.COMPLETED)

    response = alice_client.post(url(run), follow=True)

    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    assert "over already" in response.content.decode()


def test_others_cannot(alice, bob_client):
    run = make_run(alice)

    assert bob_client.post(url(run)).status_code == 404
    run.refresh_from_db()
    assert run.stop_requested_at is None


def test_signed_out_nobody_can(alice, client):
    run = make_run(alice)

    assert client.post(url(run)).status_code == 302
    run.refresh_from_db()
    assert run.stop_requested_at is None
