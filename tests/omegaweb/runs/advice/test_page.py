"""Advice on the page of a run, and the launch form that it opens."""

from __future__ import annotations

from html import unescape

import pytest

from omegaweb.projects.models import Role
from omegaweb.runs.advice.measured import measure
from omegaweb.runs.configuration import OptimizerChoice
from omegaweb.runs.models import CandidateState, Run
from tests.factories import project_of
from tests.factories_runs import make_candidate, make_run, make_scores
from tests.people import join, signed_in

pytestmark = pytest.mark.django_db
OFFER = "with this change"


@pytest.fixture
def run(alice) -> Run:
    """Ten proposals of which most mended nothing."""
    run = make_run(alice, configuration={"optimizer": OptimizerChoice(kind="omega")})
    start = make_candidate(run)
    make_scores(start, [0.0, 1.0, 0.0, None])
    for number in range(1, 11):
        fate = "mends_nothing" if number < 9 else ""
        make_candidate(run, number=number, instruction=f"Try {number}: {{{{text}}}}", parents=[start], fate=fate)
    return run


def test_figures_are_read_from_the_rows(run):
    measured = measure(run)

    assert (measured.proposals, measured.mending_nothing, measured.since_best) == (10, 8, 10)
    assert measured.validation == (0.0, 1.0, 0.0)[: len(measured.validation)]
    assert measured.parameter("nb_worst_predictions") == 4


def test_whose_place_no_competition_decided_is_not_missing_from_the_population(run):
    run.candidates.filter(number=1).update(state=CandidateState.SCORED)
    run.candidates.filter(number=2).update(state=CandidateState.DROPPED, fate="run_ended")
    run.candidates.filter(number=3).update(state=CandidateState.DROPPED, fate="run_ended", reward=None)

    assert measure(run).competing == 2


def test_it_stands_on_the_page_and_opens_the_form_with_the_change(run, alice_client):
    page = alice_client.get(run.get_absolute_url()).content.decode()
    assert "8 of 10 proposals mended nothing" in page
    link = next(part for part in page.split('href="') if part.startswith("/runs/launch/") and "set-" in part)

    form = alice_client.get(unescape(link.partition('"')[0]))

    assert form.context["form"]["omega-nb_worst_predictions"].value() == "8"
    assert form.context["form"]["start"].value() == f"{run.pk}:0"
    shown = form.content.decode()
    assert "1 changed as advised" in shown
    assert "is-changed" in shown


def test_who_may_only_look_gets_the_words_without_the_offer(run, alice, bob):
    join(project_of(alice), bob, Role.VIEWER)

    page = signed_in(bob).get(run.get_absolute_url()).content.decode()

    assert "8 of 10 proposals mended nothing" in page
    assert OFFER not in page
