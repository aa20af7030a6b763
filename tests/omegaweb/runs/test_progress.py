"""How far, how long, how much."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from omegaweb.runs.configuration import BudgetChoice, ModelChoice, OptimizerChoice
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.progress import progress_of, spend_of
from tests.factories_runs import START, make_candidate, make_run

pytestmark = pytest.mark.django_db

NOW = START + timedelta(seconds=100)


def run_at(alice, *, configuration=None, **changes) -> Run:
    values = {"epochs": 4, "batches": 5, "batches_done": 5, "epoch": 1, "seconds": 80.0, "seconds_at": NOW}
    return make_run(alice, configuration=configuration, **{**values, **changes})


def test_epochs_and_batches_tell_how_far_it_is(alice):
    progress = progress_of(run_at(alice), now=NOW)

    assert progress.percent == 25
    assert progress.working == 80
    assert progress.remaining == 240
    assert progress.label == "Epoch 2 of 4, batch 0 of 5"
    assert progress.ticking


def test_whatever_ends_the_run_first_counts(alice):
    run = run_at(alice, configuration={"budget": BudgetChoice(calls=100)}, left={"calls": 20})

    assert progress_of(run, now=NOW).percent == 80


@pytest.mark.parametrize(("limit", "left", "percent"), [(170, 51.9, 69), (100, 71, 29), (10, 9, 10), (1000, 4, 99)])
def test_the_bar_and_what_is_used_are_rounded_alike(alice, limit, left, percent):
    run = run_at(alice, epochs=None, configuration={"budget": BudgetChoice(calls=limit)}, left={"calls": left})

    assert progress_of(run, now=NOW).percent == percent
    assert [each.percent_used for each in spend_of(run).limits] == [percent]


def test_without_epochs_the_budget_tells_how_far_it_is(alice):
    run = run_at(alice, epochs=None, configuration={"budget": BudgetChoice(minutes=10)}, left={"seconds": 300})

    progress = progress_of(run, now=NOW)
    assert progress.percent == 50
    assert progress.label == "Epoch 2, batch 0 of 5"


@pytest.mark.parametrize(
    ("epochs", "done", "label"),
    [
        (4, 6, "Proposal 6 of 20"),
        (None, 6, "6 proposals tried; the search goes on until its budget is spent"),
        (None, 1, "1 proposal tried; the search goes on until its budget is spent"),
    ],
)
def test_a_race_counts_proposals(alice, epochs, done, label):
    run = run_at(alice, epochs=epochs, batches_done=done, configuration={"optimizer": OptimizerChoice(kind="omega")})
    run.baseline = make_candidate(run)

    assert progress_of(run, now=NOW).label == label
    run.state = RunState.COMPLETED
    assert progress_of(run, now=NOW).label == label.partition(";")[0].replace("Proposal 6 of 20", "6 proposals tried")


def test_nothing_is_known_before_there_is_anything_to_go_by(alice):
    run = run_at(alice, epochs=None, configuration=None)

    progress = progress_of(run, now=NOW)
    assert (progress.percent, progress.remaining) == (None, None)


def test_a_remaining_time_is_not_guessed_from_almost_nothing(alice):
    progress = progress_of(run_at(alice, batches_done=0, epoch=0), now=NOW)

    assert (progress.percent, progress.remaining) == (0, None)


def test_after_the_last_batch_it_says_what_it_does_and_guesses_no_time(alice):
    run = run_at(alice, batches_done=20, epoch=3, configuration={"test_at_end": True})
    run.baseline = make_candidate(run)

    progress = progress_of(run, now=NOW)
    assert progress.label == "The search is over: the best are scored in full, then the winner is tested"
    assert progress.remaining is None


def test_it_is_not_complete_before_its_end_is_written(alice):
    run = run_at(alice, batches_done=20, epoch=3)
    assert progress_of(run, now=NOW).percent == 99

    run.state = RunState.COMPLETED
    assert progress_of(run, now=NOW).percent == 100


def test_the_clock_goes_on_after_the_last_measurement_while_it_runs(alice):
    later = NOW + timedelta(seconds=7)
    assert progress_of(run_at(alice), now=later).working == 87
    assert progress_of(run_at(alice, name="Over", state=RunState.STOPPED), now=later).working == 80


@pytest.mark.parametrize(
    ("seconds", "changes", "silence"),
    [
        (29, {}, None),
        (40, {}, 40.0),
        (40, {"state": RunState.PAUSED}, None),
        (40, {"troubles": {"openai/gpt-4o-mini": {}}}, None),  # which the page tells of
        (40, {"seconds_at": None}, None),
    ],
)
def test_it_says_when_no_model_has_answered_for_long(alice, seconds, changes, silence):
    assert progress_of(run_at(alice, **changes), now=NOW + timedelta(seconds=seconds)).silence == silence


def test_the_page_of_a_run_says_so_too(alice, alice_client):
    assert "No answer for" in alice_client.get(run_at(alice).get_absolute_url()).content.decode()


def test_a_run_that_waits_for_reviews_has_no_remaining_time(alice):
    progress = progress_of(run_at(alice, state=RunState.WAITING), now=NOW)

    assert progress.remaining is None
    assert progress.label == "The search is over, reviews are open"


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"state": RunState.QUEUED, "started_at": None}, "Waiting for its turn"),
        ({"started_at": None}, "Preparing"),
        ({"state": RunState.FAILED, "started_at": None}, "Never started"),
        ({"batches_done": 0}, "Scoring the baseline"),
    ],
)
def test_what_it_does_is_in_words(alice, changes, label):
    assert progress_of(run_at(alice, **changes), now=NOW).label == label


def test_spend_is_told_by_purpose(alice):
    run = run_at(alice, spend_by_role={"task": {"calls": 8, "tokens": 9, "cost": 0.1}, "judge": {"calls": 0}})

    assert [(role.role, role.calls, role.tokens, role.cost) for role in spend_of(run).roles] == [
        ("Answering", 8, 9, 0.1)
    ]


def test_built_in_models_run_on_this_computer(alice):
    assert spend_of(run_at(alice)).is_built_in
    paid = run_at(alice, name="Paid", configuration={"models": ModelChoice(task="openai/gpt-5-mini")})
    assert not spend_of(paid).is_built_in


def test_limits_that_were_not_spent_from_are_whole(alice):
    (limit,) = spend_of(run_at(alice, configuration={"budget": BudgetChoice(cost=2.0)})).limits

    assert (limit.unit, limit.left, limit.percent_used) == ("cost", 2.0, 0)


def test_a_model_on_ones_own_server_is_told_from_a_provider_without_a_price(alice):
    near, far = "http://192.168.1.7:8000/v1", "https://models.org/v1"
    models = ModelChoice(task="openai/mine", api_base=near)
    assert spend_of(run_at(alice, configuration={"models": models})).own_server == near
    assert not spend_of(run_at(alice, name="Away", configuration={"models": replace(models, api_base=far)})).own_server
