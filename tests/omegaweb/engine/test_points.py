"""The points of the reward curve, as events draw them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from omegaweb.runs.configuration import OptimizerChoice
from omegaweb.runs.models import Series
from optimizer_core import events
from tests.event_streams import BASELINE, key_of, proposed, scored, spent, started
from tests.omegaweb.engine.recording import BETTER, candidate, empty_run, record, scored_run

pytestmark = pytest.mark.django_db

OTHER = "Answer politely."


@pytest.fixture
def run(alice):
    return scored_run(alice)


def test_batch_finished_counts_over_all_epochs_and_draws_a_point(run):
    run = record(run, spent(40), events.BatchFinished(epoch=1, batch=2, logs={"reward": 0.625, "n": 8}))

    assert run.batches_done == 8
    point = run.measurements.get(series=Series.BATCH)
    assert (point.value, point.count, point.calls, point.seconds) == (0.625, 8, 40, 4.0)


def test_a_batch_without_a_reward_draws_nothing(run):
    run = record(run, events.BatchFinished(epoch=0, batch=0, logs={}))

    assert run.batches_done == 1
    assert not run.measurements.filter(series=Series.BATCH).exists()


def test_of_a_race_the_batches_are_counted_and_not_drawn(alice):
    run = empty_run(alice, configuration={"optimizer": OptimizerChoice(kind="omega")})
    run = record(run, started(), events.BatchFinished(epoch=0, batch=0, logs={"reward": 0.0, "n": 8}))

    assert run.batches_done == 1
    assert not run.measurements.exists()


def test_only_the_first_score_of_a_candidate_is_a_point(run):
    key = key_of(BETTER)
    run = record(run, scored(key, [1.0, 0.0]), scored(key, [1.0, 1.0], first=2))

    point = run.measurements.get(series=Series.MINIBATCH)
    assert (point.value, point.count, point.candidate) == (0.5, 2, candidate(run))


def test_scores_of_the_baseline_draw_the_baseline(run):
    point = run.measurements.get()

    assert (point.series, point.value, point.count) == (Series.BASELINE, 0.5, 4)
    assert 0 < point.low < 0.5 < point.high < 1


def test_validation_finished_draws_a_point_with_the_interval(run):
    run = record(run, events.ValidationFinished(epoch=0, candidate=BASELINE, logs={"val_reward": 0.5, "n": 4}))

    point = run.measurements.get(series=Series.VALIDATION)
    assert (point.value, point.count, point.low) == (0.5, 4, run.baseline.low)


def test_a_candidate_that_fell_behind_is_drawn_as_such_even_if_its_point_is_written(run):
    key = key_of(BETTER)
    lost = events.CandidateDropped(candidate=key, reason="fell_behind", by=BASELINE, better=0, worse=0, count=2)
    run = record(run, scored(key, [0.0, 0.0]))
    run = record(run, lost, proposed(OTHER), scored(key_of(OTHER), [0.0]))
    run = record(run, replace(lost, candidate=key_of(OTHER)))

    assert run.measurements.filter(series=Series.BEHIND).count() == 2
    assert not run.measurements.filter(series=Series.MINIBATCH).exists()


def test_the_line_of_the_best_follows_its_mean(run):
    key = key_of(BETTER)
    run = record(
        run,
        scored(key, [1.0, 1.0]),
        events.BestChanged(candidate=key, reward=1.0, count=2),
        events.CandidateScored(
            candidate=key,
            split="validation",
            reward=0.0,
            results=scored(key, [0.0], first=2).results,
            mean=0.6,
            count=3,
        ),
    )

    line = run.measurements.filter(series=Series.BEST).order_by("sequence")
    assert [(point.value, point.count) for point in line] == [(1.0, 2), (0.6, 3)]
    assert line.last().value == run.best.reward


def test_the_line_of_the_validation_is_the_leaders(run):
    key = key_of(BETTER)
    run = record(
        run,
        events.ValidationFinished(epoch=-1, candidate=BASELINE, logs={"val_reward": 0.5, "n": 4}),
        scored(key, [1.0, 1.0]),
        events.BestChanged(candidate=key, reward=1.0, count=2),
        events.ValidationFinished(epoch=0, candidate=key, logs={"val_reward": 0.9, "n": 4}),
        events.ValidationFinished(epoch=0, candidate=BASELINE, logs={"val_reward": 0.5, "n": 4}),
    )

    line = run.measurements.filter(series=Series.VALIDATION).order_by("sequence")
    assert [point.value for point in line] == [0.5, 0.9]


def test_best_changed_points_at_the_best_and_draws_a_step(run):
    run = record(run, events.BestChanged(candidate=key_of(BETTER), reward=0.9, count=8))

    assert run.best == candidate(run)
    point = run.measurements.get(series=Series.BEST)
    assert (point.value, point.count) == (0.9, 8)
