"""The clock of a run: working time goes on, waits are told beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from omegaweb.engine.checkpoints import with_everything_spent
from omegaweb.engine.launcher import claim_next
from omegaweb.engine.replay import rebuild
from omegaweb.runs.models import Measurement, Run, RunState
from omegaweb.runs.progress import Progress, progress_of
from optimizer_core import events
from tests.event_streams import BASELINE, key_of, scored
from tests.factories_runs import START
from tests.omegaweb.engine.recording import BETTER, record, scored_run

pytestmark = pytest.mark.django_db

PAUSED = events.RunPaused(reason="asked", by="alice")
RESUMED = events.RunResumed(by="alice")


def spend(seconds: float, *, waited: float = 0.0) -> events.SpendUpdated:
    return events.SpendUpdated(calls=1, tokens=1, cost=0.0, seconds=seconds, waited=waited)


def shown(run: Run, *, after: float = 0.0) -> Progress:
    """What the page says so many seconds after the newest event, which are recorded a second apart."""
    return progress_of(run, now=START + timedelta(seconds=run.last_sequence + after))


@pytest.fixture
def run(alice):
    return record(scored_run(alice), spend(20))


def test_while_it_pauses_only_the_wait_goes_on(run):
    run = record(run, PAUSED, spend(21))

    at_once, later = shown(run), shown(run, after=170)
    assert (at_once.working, later.working) == (21, 21)
    assert (at_once.waiting, later.waiting) == (1, 171)
    assert not later.ticking


def test_until_the_run_has_told_what_it_spent_the_second_before_the_pause_counts(run):
    assert shown(record(run, PAUSED), after=170).working == 21


def test_after_a_pause_the_working_time_goes_on_from_where_it_stood(run):
    run = record(run, PAUSED, spend(21), RESUMED)
    assert (shown(run).working, shown(run, after=5).working, shown(run).waiting) == (21, 26, None)

    run = record(run, spend(200, waited=175))  # the wait took that long by the run's own clock
    assert (shown(run).working, shown(run).waited, shown(run, after=5).working) == (25, 175, 30)
    assert shown(run).ticking


def test_a_wait_for_reviews_is_told_apart_as_well(run):
    key = key_of(BETTER)
    asked = events.ReviewRequested(candidate=key, reward=1.0, count=1)
    waits = events.WarningRaised(code=events.WAITING_FOR_REVIEW, message="1 candidate waits.")
    run = record(run, asked, waits)
    assert (shown(run, after=60).working, shown(run, after=60).waiting) == (22, 60)

    run = record(run, events.ReviewDecided(candidate=key, verdict="approved"))
    assert (run.state, shown(run).working, shown(run).waiting) == (RunState.RUNNING, 22, None)


def test_what_is_over_stands_still_and_keeps_what_it_waited(run):
    run = record(
        run,
        PAUSED,
        spend(21),
        RESUMED,
        spend(100, waited=75),
        events.RunFinished(status="completed", reason="epochs_done"),
    )

    assert (shown(run, after=999).working, shown(run).waited, shown(run).ticking) == (25, 75, False)


def test_the_time_between_two_servers_is_no_time_of_the_run(run):
    Run.objects.update(state=RunState.QUEUED, started_at=START)
    claim_next()

    run.refresh_from_db()
    working = progress_of(run, now=timezone.now()).working
    assert working is not None
    assert 20 <= working < 60  # not the months since START


def test_the_curve_has_working_time_on_its_axis(run):
    record(run, spend(100, waited=75), scored(key_of(BETTER), [1.0]))

    assert Measurement.objects.get(candidate__key=key_of(BETTER)).seconds == 25
    assert Measurement.objects.filter(candidate__key=BASELINE).exists()


def test_a_run_that_goes_on_knows_how_long_it_waited_without_a_limit_of_time(run):
    run = record(run, spend(100, waited=75))

    state = with_everything_spent({"spend": {"by_role": {}, "elapsed": 90.0, "waited": 70.0}}, run)
    assert (state["spend"]["elapsed"], state["spend"]["waited"]) == (100, 75)


def test_a_replay_sets_the_clock_again(run):
    run = record(run, PAUSED, spend(21), RESUMED, spend(100, waited=75), PAUSED)
    before = Run.objects.values("seconds", "waited", "seconds_at", "waiting_since").get()

    rebuild(run.pk)
    assert Run.objects.values("seconds", "waited", "seconds_at", "waiting_since").get() == before
