"""Decisions about candidates of a run that pauses or was cut off: pages show them before the run takes them up."""

from __future__ import annotations

import pytest
from django.urls import reverse

from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.advice.measured import measure
from omegaweb.runs.configuration import Asks
from omegaweb.runs.live import REGIONS
from omegaweb.runs.models import CandidateState, Run, RunState
from tests.factories_runs import make_candidate, make_review, make_run
from tests.omegaweb.runs.test_detail import page_of
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(alice) -> Run:
    """A paused run: #1 was approved meanwhile, #2 waits."""
    run = make_run(alice, state=RunState.PAUSED, reason="asked")
    start = make_candidate(run)
    for number, state in ((1, ReviewState.APPROVED), (2, ReviewState.PENDING)):
        candidate = make_candidate(run, number=number, state=CandidateState.WAITING, parents=[start], reward=0.9)
        decided = {} if state == ReviewState.PENDING else {"decided_at": candidate.created_at, "reviewer": alice}
        make_review(candidate, state=state, **decided)
    return run


def candidate_page(client, run: Run, number: int) -> str:
    return str(client.get(reverse("runs:candidate", args=[run.pk, number])).content.decode())


def test_the_page_of_a_paused_run_counts_who_was_decided_about_apart(run, alice_client):
    page = page_of(alice_client, run)

    assert "1 candidate waits for review" in page
    assert "1 decision waits" in page
    assert "counts as soon as the run goes on" in page
    assert page.count("Waiting for review</a>") == 1
    assert "Approved; it counts as soon as the run goes on." in page


def test_where_only_leaders_are_asked_about_the_page_says_whom_people_are_asked_about(run, alice, alice_client):
    make_review(make_candidate(run, number=3, state=CandidateState.WAITING, reward=0.8))
    first = "The best is asked about first"
    assert first not in page_of(alice_client, run)
    run.configuration["review"]["asks"] = Asks.NEW_BEST
    run.save(update_fields=["configuration"])
    assert first in page_of(alice_client, run)


def test_an_interrupted_run_says_that_it_must_be_continued(run, alice_client):
    Run.objects.update(state=RunState.INTERRUPTED)

    assert "counts as soon as the run is continued" in page_of(alice_client, run)


def test_a_run_that_goes_on_takes_decisions_up_at_once_and_says_nothing(run):
    run.state = RunState.RUNNING

    assert REGIONS["run-notices"].context(run, {})["decided"] == 0


def test_the_page_of_a_candidate_does_not_say_that_it_waits_for_a_review_once_it_is_approved(run, alice_client):
    page = candidate_page(alice_client, run, 1)

    assert "Waiting for review" not in page
    assert "It waits for a review" not in page
    assert "Approved; it counts as soon as the run goes on." in page
    assert "Waiting for review" in candidate_page(alice_client, run, 2)


def test_a_row_that_was_drawn_before_the_decision_is_drawn_again(run, alice_client):
    page_of(alice_client, run)
    Review.objects.filter(candidate__number=2).update(state=ReviewState.REJECTED)

    assert "Rejected; it counts as soon as the run goes on." in page_of(alice_client, run)


def test_advice_counts_those_that_nobody_has_decided_about(run):
    measured = measure(run)

    assert (measured.waiting, measured.best_waiting, measured.best) == (1, 0.9, 0.5)


def test_others_cannot_see_what_was_decided(run, charlie):
    assert signed_in(charlie).get(reverse("runs:candidate", args=[run.pk, 1])).status_code == 404
