"""Candidates that would be scored if their run did not rest: pages say what they wait for."""

from __future__ import annotations

import pytest
from django.urls import reverse

from omegaweb.projects.models import Role
from omegaweb.runs.live import REGIONS
from omegaweb.runs.models import CandidateState, Run, RunState
from omegaweb.runs.wording import fate
from tests.factories_runs import make_candidate, make_run
from tests.omegaweb.runs.test_detail import page_of
from tests.people import join, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(alice) -> Run:
    """It pauses because its budget is spent: #1 is an approved edit that nobody has scored yet, #2 a proposal."""
    run = make_run(alice, state=RunState.PAUSED, reason="budget_spent")
    start = make_candidate(run)
    for number, operator in ((1, "edit"), (2, "mutation")):
        make_candidate(
            run, number=number, operator=operator, state=CandidateState.PROPOSED, parents=[start], reward=None, count=0
        )
    return run


def test_an_edit_approved_just_before_the_budget_was_spent_waits_for_more_of_it(run, alice_client):
    page = page_of(alice_client, run)

    assert "1 approved edit waits to be scored" in page
    assert "More budget pays for its score" in page


def test_its_own_page_and_its_row_say_so_too(run, alice_client):
    page = alice_client.get(reverse("runs:candidate", args=[run.pk, 1])).content.decode()
    assert "Waits to be scored" in page
    assert "More budget pays for it; if the search is finished instead" in page
    assert "It is scored when the run goes on" in page

    rows = page_of(alice_client, run, tab="candidates")
    assert "eing scored" not in rows
    assert "finishing the search gives it up" in rows


def test_in_a_run_that_somebody_paused_it_is_scored_when_that_goes_on(run):
    Run.objects.update(reason="asked")

    candidate = Run.objects.get(pk=run.pk).candidates.get(number=1)
    assert fate(candidate) == "It waits to be scored, which happens as soon as the run goes on."


def test_rows_that_were_drawn_while_it_paused_are_drawn_again(run, alice_client):
    page_of(alice_client, run, tab="candidates")
    Run.objects.update(state=RunState.RUNNING, reason="")

    assert "It is being scored." in page_of(alice_client, run, tab="candidates")
    assert not REGIONS["run-notices"].context(Run.objects.get(pk=run.pk), {})["edits"]


def test_once_the_search_is_over_no_epoch_will_end_any_more(run, alice_client):
    run.candidates.filter(number=2).update(state=CandidateState.SCORED, reward=0.5)
    assert "competes for a place at the end of the epoch" in page_of(alice_client, run)

    Run.objects.update(state=RunState.WAITING)
    page = page_of(alice_client, run)
    assert "compared with the others as soon as all reviews are decided" in page
    assert "at the end of the epoch" not in page


@pytest.mark.parametrize("name", ["run-population", "run-candidates", "map-pinned"])
def test_what_shows_them_is_drawn_again_when_the_run_pauses_or_goes_on(name):
    assert {"run.paused", "run.resumed"} <= (REGIONS[name].kinds or set())


def test_others_do_not_see_them(run, charlie):
    assert signed_in(charlie).get(reverse("runs:candidate", args=[run.pk, 1])).status_code == 404


def test_who_may_not_extend_the_budget_is_told_who_may(run, alice_client, bob):
    join(run.project, bob, Role.REVIEWER)

    assert "Extend the budget, and the search goes on" in page_of(alice_client, run)
    page = page_of(signed_in(bob), run)
    assert "Editors and owners of this project can extend the budget" in page
    assert "Extend the budget, and" not in page
