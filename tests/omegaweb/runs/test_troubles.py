"""Models in trouble, on the pages of a run: which, what, since when, and what the run does about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from omegaweb.engine.replay import rebuild
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.troubles import troubles_of
from optimizer_core import events
from tests.event_streams import baseline_proposed, started
from tests.factories_runs import START
from tests.omegaweb.engine.recording import recorded_run
from tests.people import join

MODEL = "openai/gpt-4o-mini"
SLOW = events.ProviderTroubled(
    model=MODEL, trouble="rate_limited", message="HTTP 429: <b>slow</b> down", at_once=4, of=16, wait=24.0
)
DOWN = events.ProviderTroubled(model=MODEL, trouble="down", message="could not be reached", seconds=90.0, wait=8.0)
REVOKED = events.ProviderTroubled(model=MODEL, trouble="access_revoked", message="HTTP 401 (check the key)")
NO_CREDIT = events.ProviderTroubled(
    model=MODEL, trouble="access_revoked", message="HTTP 402 (no credit left with the provider)"
)
TOLD = START + timedelta(seconds=3)
OVER = events.ProviderRecovered(model=MODEL, trouble="down", seconds=100.0)


def troubled(alice, *said) -> Run:
    return recorded_run(alice, [started(), baseline_proposed(), *said])


def page_of(run: Run, client) -> str:
    return " ".join(client.get(run.get_absolute_url()).content.decode().split())


def test_a_slower_run_says_how_slow_and_escapes_what_the_provider_said(alice, alice_client):
    page = page_of(troubled(alice, replace(SLOW, wait=1e9)), alice_client)  # its clock runs for years
    assert f"{MODEL} asks for fewer requests" in page
    assert "Slowed to 4 of 16 questions at once." in page
    assert 'Next try in <span data-ticks="down"' in page
    assert "&lt;b&gt;slow&lt;/b&gt; down" in page
    assert "<b>slow</b>" not in page


def test_a_model_that_does_not_answer_is_named_with_the_time_since_when(alice):
    run = troubled(alice, DOWN)
    (line,) = troubles_of(run, now=TOLD)
    assert line.title == f"{MODEL} does not answer"
    assert "goes on by itself" in line.action
    assert TOLD - line.since == timedelta(seconds=90)
    assert line.next_try == 8.0


def test_a_clock_that_has_run_out_is_not_shown(alice):
    (line,) = troubles_of(troubled(alice, DOWN), now=TOLD + timedelta(minutes=1))
    assert line.next_try is None


@pytest.mark.parametrize(
    ("said", "title", "way_out"),
    [
        (REVOKED, f"The key for {MODEL} is not accepted any more", "OPENAI_API_KEY"),
        (NO_CREDIT, f"There is no credit left for {MODEL}", "Top up the credit"),
    ],
)
def test_a_run_without_access_pauses_names_the_way_out_and_can_be_resumed(alice, alice_client, said, title, way_out):
    run = troubled(alice, said, events.RunPaused(reason="access_revoked"))
    page = page_of(run, alice_client)
    assert title in page
    assert way_out in page
    assert "Resume</button>" in page
    assert "Nothing is asked until somebody resumes the run" not in page
    assert run.waits_for_provider


def test_owners_are_led_to_the_key_that_is_not_accepted(alice, alice_client, bob, bob_client):
    run = troubled(alice, REVOKED, events.RunPaused(reason="access_revoked"))
    link = f"/projects/{run.project_id}/keys/?provider=openai#set-key"
    assert link in page_of(run, alice_client)
    join(run.project, bob, "editor")
    assert link not in page_of(run, bob_client)

    run.configuration["models"]["api_base"] = "http://box:1/v1"
    run.save()
    assert "?provider=address&amp;address=http%3A%2F%2Fbox%3A1%2Fv1#set-key" in page_of(run, alice_client)


def test_one_that_stayed_down_says_so_and_can_be_resumed(alice, alice_client):
    page = page_of(troubled(alice, DOWN, events.RunPaused(reason="provider_down")), alice_client)
    assert "The run waited long enough and pauses." in page
    assert "Next try in" not in page


@pytest.mark.parametrize(
    "end", [OVER, events.RunFinished(status="stopped", reason="stop_requested"), started(resumed=True)]
)
def test_it_is_gone_when_it_is_over(alice, alice_client, end):
    run = troubled(alice, DOWN, end)
    assert run.troubles == {}
    assert "does not answer" not in page_of(run, alice_client)


@pytest.mark.parametrize(("said", "words"), [(SLOW, f"Slowed by {MODEL}"), (DOWN, f"Waiting for {MODEL}")])
def test_the_list_of_runs_says_it_in_short(alice, alice_client, said, words):
    run = troubled(alice, said)
    assert words in alice_client.get(reverse("runs:list")).content.decode()
    Run.objects.filter(pk=run.pk).update(state=RunState.STOPPED)
    assert words not in alice_client.get(reverse("runs:list")).content.decode()


def test_the_log_replayed_makes_the_same_troubles(alice):
    run = troubled(alice, DOWN, SLOW)
    before = run.troubles
    rebuild(run.pk)
    run.refresh_from_db()
    assert run.troubles == before
    assert list(before) == [MODEL]


def test_others_see_nothing_of_it(alice, bob_client, client):
    run = troubled(alice, SLOW)
    assert bob_client.get(run.get_absolute_url()).status_code == 404
    assert client.get(run.get_absolute_url()).status_code == 302
    assert MODEL not in bob_client.get(reverse("runs:list")).content.decode()
