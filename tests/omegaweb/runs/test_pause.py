"""Pausing, resuming, finishing and extending a run from its page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from omegaweb.runs.models import Run, RunState
from omegaweb.runs.models.requests import Steer, SteeringRequest
from tests.factories_runs import make_run

pytestmark = pytest.mark.django_db
ACTIONS = {"pause": RunState.RUNNING, "unpause": RunState.PAUSED, "finish": RunState.PAUSED, "extend": RunState.PAUSED}


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch):
    monkeypatch.setattr("omegaweb.engine.launcher.launcher.fill", lambda: None)


def url(run: Run, name: str) -> str:
    return reverse(f"runs:{name}", args=[run.pk])


def limited_run(alice, **changes) -> Run:
    run = make_run(alice, **changes)
    run.configuration["budget"] = {"calls": 500, "tokens": None, "cost": None, "minutes": 30}
    run.left = {"calls": 120, "seconds": 600.0}
    run.save()
    return run


def asked(run: Run) -> list[tuple[str, dict[str, object]]]:
    return list(run.steering.values_list("action", "payload"))


def test_a_running_run_is_asked_to_pause_and_says_so(alice, alice_client):
    run = make_run(alice)
    page = alice_client.post(url(run, "pause"), follow=True).content.decode()
    assert asked(run) == [(Steer.PAUSE, {})]
    assert "Pausing…" in page


def test_a_paused_run_offers_to_go_on(alice, alice_client):
    run = make_run(alice, state=RunState.PAUSED, reason="asked", claimed_by="this:1:x")
    page = alice_client.get(run.get_absolute_url()).content.decode()
    assert "Resume</button>" in page
    assert "Nothing is asked until somebody resumes the run" in page
    alice_client.post(url(run, "unpause"))
    assert asked(run) == [(Steer.RESUME, {})]


def test_a_run_that_pauses_without_a_process_is_given_one(alice, alice_client):
    run = make_run(alice, state=RunState.PAUSED, reason="asked")
    alice_client.post(url(run, "unpause"))
    run.refresh_from_db()
    assert run.state == RunState.QUEUED


def test_a_spent_run_is_extended_not_resumed(alice, alice_client):
    run = limited_run(alice, state=RunState.PAUSED, reason="budget_spent")
    page = alice_client.post(url(run, "unpause"), follow=True).content.decode()
    assert "Extend it, and the run goes on by itself" in page
    assert asked(run) == []


def test_finishing_asks_first(alice, alice_client):
    run = make_run(alice, state=RunState.PAUSED, reason="asked")
    assert "Finish this run?" in alice_client.get(url(run, "finish")).content.decode()
    assert asked(run) == []
    alice_client.post(url(run, "finish"))
    assert asked(run) == [(Steer.FINISH, {})]


def test_an_extension_adds_to_the_limits_the_run_has_and_says_what_is_left(alice, alice_client):
    run = limited_run(alice, batches_done=20)
    page = alice_client.get(url(run, "extend")).content.decode()
    assert "120 of 500 calls left. A batch took 19.0 calls on average, n = 20." in page
    assert "More tokens" not in page
    alice_client.post(url(run, "extend"), {"calls": 100, "seconds": 5})
    assert asked(run) == [(Steer.EXTEND, {"calls": 600, "seconds": 2100.0})]


def test_two_people_who_extend_at_once_are_both_heard(alice, alice_client):
    run = limited_run(alice)
    alice_client.post(url(run, "extend"), {"calls": 100})
    alice_client.post(url(run, "extend"), {"calls": 50})
    assert [payload["calls"] for _, payload in asked(run)] == [600, 650]


@pytest.mark.parametrize("sent", [{}, {"calls": ""}, {"calls": -5}, {"calls": "many"}])
def test_an_extension_by_nothing_is_refused(alice, alice_client, sent):
    run = limited_run(alice)
    response = alice_client.post(url(run, "extend"), sent)
    assert response.status_code == 422
    assert asked(run) == []


def test_a_run_without_limits_has_nothing_to_extend(alice, alice_client):
    run = make_run(alice)
    assert "Extend budget" not in alice_client.get(run.get_absolute_url()).content.decode()
    assert "there is nothing to extend" in alice_client.get(url(run, "extend")).content.decode()


@pytest.mark.parametrize("name", ACTIONS)
def test_a_run_that_is_over_is_asked_nothing(alice, alice_client, name):
    run = limited_run(alice, state=RunState.COMPLETED)
    alice_client.post(url(run, name), {"calls": 5}, follow=True)
    assert asked(run) == []


@pytest.mark.parametrize("name", ACTIONS)
def test_others_cannot(alice, bob_client, client, name):
    run = limited_run(alice, state=ACTIONS[name], reason="asked")
    assert bob_client.post(url(run, name), {"calls": 5}).status_code == 404
    assert client.post(url(run, name), {"calls": 5}).status_code == 302
    assert not SteeringRequest.objects.exists()
