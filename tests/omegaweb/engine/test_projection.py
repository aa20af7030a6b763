"""Each kind of event, and what it does to the rows that pages read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from omegaweb.engine.projection import Projection
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs import wording
from omegaweb.runs.models import Candidate, CandidateState, Measurement, RunState, SampleScore
from optimizer_core import events
from optimizer_core.data.statistics import mean_interval
from optimizer_core.events import Removed, SampleResult, Survivor
from tests import event_streams
from tests.event_streams import BASELINE, baseline_proposed, key_of, proposed, scored, spent, started
from tests.factories_runs import START
from tests.omegaweb.engine.recording import BETTER, candidate, empty_run, record, recorded_run, scored_run

pytestmark = pytest.mark.django_db

OTHER = "Answer politely."


@pytest.fixture
def run(alice):
    return scored_run(alice)


def test_run_started_begins_the_run(alice):
    run = record(empty_run(alice, state=RunState.QUEUED), started(epochs=3, batches=7))

    assert run.state == RunState.RUNNING
    assert (run.epochs, run.batches, run.last_sequence) == (3, 7, 1)
    assert run.started_at == START + timedelta(seconds=1)


def test_run_started_again_gives_up_what_was_on_its_way(run):
    run = record(run, started(resumed=True))

    left = candidate(run)
    assert (left.state, left.fate) == (CandidateState.DROPPED, "interrupted")
    assert run.started_at == START + timedelta(seconds=1)


def test_run_started_again_without_checkpoint_withdraws_reviews(run):
    run = record(
        run,
        scored(key_of(BETTER), [1.0]),
        events.ReviewRequested(candidate=key_of(BETTER), reward=1.0, count=1),
        started(resumed=False),
    )

    assert candidate(run).state == CandidateState.DROPPED
    assert Review.objects.get(run=run).state == ReviewState.WITHDRAWN


def test_run_finished_ends_the_run_and_withdraws_open_reviews(run):
    run = record(
        run,
        scored(key_of(BETTER), [1.0]),
        events.ReviewRequested(candidate=key_of(BETTER), reward=1.0, count=1),
        events.RunFinished(status="stopped", reason="stop_requested", best=BASELINE, baseline=BASELINE, message="End"),
    )

    assert (run.state, run.reason, run.message) == (RunState.STOPPED, "stop_requested", "End")
    assert run.best == run.baseline == candidate(run, "Say which team should answer: {{text}}")
    assert run.finished_at is not None
    assert Review.objects.get(run=run).state == ReviewState.WITHDRAWN
    assert (candidate(run).state, candidate(run).fate) == (CandidateState.DROPPED, "run_ended")


def test_epoch_started_says_which(run):
    assert record(run, events.EpochStarted(epoch=1)).epoch == 1


def test_candidate_proposed_is_numbered_and_knows_its_parents(run):
    run = record(run, proposed(OTHER, parents=(BASELINE, key_of(BETTER)), epoch=1, batch=3))

    made = candidate(run, OTHER)
    assert (made.number, made.operator, made.epoch, made.batch) == (2, "mutation", 1, 3)
    assert [parent.number for parent in made.parents.order_by("number")] == [0, 1]
    assert made.reasoning
    assert made.state == CandidateState.PROPOSED
    assert run.baseline.number == 0


def test_the_same_content_proposed_again_stays_one_candidate(run):
    run = record(run, scored(key_of(BETTER), [1.0]), proposed(BETTER, parents=()))

    assert run.candidates.count() == 2
    assert candidate(run).state == CandidateState.SCORED
    assert candidate(run).parents.count() == 1


def test_a_dropped_candidate_that_is_proposed_again_is_scored_again(run):
    run = record(run, started(resumed=True), proposed(BETTER))

    assert (candidate(run).state, candidate(run).fate) == (CandidateState.PROPOSED, "")


def test_candidate_scored_keeps_each_sample_and_the_interval_of_all(run):
    key = key_of(BETTER)
    failed = SampleResult(sample="validation-3", reward=0.0, error="refused")
    run = record(
        run,
        scored(key, [1.0, 1.0, 0.0]),
        events.CandidateScored(candidate=key, split="validation", reward=0.0, results=(failed,), mean=0.5, count=4),
    )

    made = candidate(run)
    expected = mean_interval([1.0, 1.0, 0.0, 0.0])
    assert (made.reward, made.count, made.low, made.high) == (0.5, 4, expected.low, expected.high)
    assert made.state == CandidateState.SCORED
    stored = SampleScore.objects.get(candidate=made, index=3)
    assert (stored.output, stored.error) == (None, "refused")


def test_scores_on_training_and_test_samples_do_not_move_the_reward(run):
    for split in ("train", "test"):
        run = record(run, scored(BASELINE, [1.0, 1.0], split=split))

    assert run.baseline.reward == 0.5
    assert SampleScore.objects.filter(candidate=run.baseline).count() == 8


def test_a_sample_scored_again_keeps_the_newer_score(run):
    run = record(run, scored(BASELINE, [1.0], split="train"))
    run = record(run, scored(BASELINE, [0.0], split="train"))

    assert SampleScore.objects.get(candidate=run.baseline, split="train").reward == 0.0


def test_a_run_whose_model_never_answered_has_scored_nothing(alice):
    silent = [SampleResult(sample=f"validation-{index}", reward=0.0, error="refused") for index in range(4)]
    run = recorded_run(
        alice,
        [
            started(),
            baseline_proposed(),
            events.CandidateScored(
                candidate=BASELINE, split="validation", reward=0.0, results=tuple(silent), mean=0.0, count=4
            ),
            events.RunFinished(
                status="failed", reason="error", best=BASELINE, baseline=BASELINE, message="ModelUnavailable: no route"
            ),
        ],
    )

    assert run.baseline is not None
    assert run.best is not None
    assert (run.baseline.reward, run.best.reward, run.message) == (None, None, "No route")
    assert not run.measurements.exists()


def test_a_run_that_fails_later_keeps_its_scores(run):
    run = record(run, events.RunFinished(status="failed", reason="error", message="ValueError: odd"))

    assert (run.baseline.reward, run.message) == (0.5, "ValueError: odd")


@pytest.mark.parametrize(
    ("reason", "count", "words"),
    [
        ("mends_nothing", 0, "Mended nothing of what #0 failed on."),
        ("fell_behind", 8, "Fell behind #0: better on 1, worse on 4 of 8 rows."),
        ("no_clear_lead", 8, "No clear lead over #0: better on 1, worse on 4 of 8 rows."),
    ],
)
def test_candidate_dropped_says_to_whom_it_lost_and_why(run, reason, count, words):
    lost = events.CandidateDropped(candidate=key_of(BETTER), reason=reason, by=BASELINE, better=1, worse=4, count=count)
    run = record(run, lost)

    dropped = candidate(run)
    assert (dropped.state, dropped.fate, dropped.fate_by) == (CandidateState.DROPPED, reason, run.baseline)
    assert wording.fate(dropped) == words


def test_what_a_proposal_rewrote_further_is_a_step_on_the_way_to_what_races(run):
    race = "Answer in one polite word."
    run = record(
        run,
        scored(key_of(BETTER), [1.0], split="train"),
        proposed(OTHER, parents=(key_of(BETTER),)),
        proposed(race, parents=(key_of(OTHER),)),
        proposed("Do not answer.", parents=(key_of(race),)),
        events.CandidateDropped(
            candidate=key_of("Do not answer."), reason="mends_nothing", by=key_of(race), better=0, worse=0, count=0
        ),
        scored(key_of(race), [1.0, 0.0]),
    )

    racing = candidate(run, race)
    assert racing.state == CandidateState.SCORED
    for step in (candidate(run), candidate(run, OTHER)):
        assert (step.state, step.fate_by) == (CandidateState.STEP, racing)
        assert wording.fate(step) == "A step on the way to #3."
    assert candidate(run, "Do not answer.").state == CandidateState.DROPPED


def test_candidates_of_other_proposals_and_of_people_are_no_steps(run):
    content = {"generator": {"instructions": OTHER, "examples": []}}
    run = record(
        run,
        events.CandidateProposed(candidate=key_of(OTHER), operator="edit", content=content),
        proposed("Next.", batch=1),
        scored(key_of("Next."), [1.0]),
    )

    assert candidate(run).state == candidate(run, OTHER).state == CandidateState.PROPOSED


def test_population_updated_ranks_keeps_and_drops(run):
    key, other = key_of(BETTER), key_of(OTHER)
    run = record(
        run,
        proposed(OTHER),
        events.PopulationUpdated(
            epoch=0,
            survivors=(
                Survivor(candidate=key, reward=0.9, count=4, score=0.8, reason="fittest"),
                Survivor(candidate=BASELINE, reward=0.5, count=4, score=0.4, novelty=0.3, reason="not_dominated"),
            ),
            removed=(Removed(candidate=other, reason="dominated", by=key, distance=0.03),),
        ),
    )

    assert [c.key for c in run.candidates.filter(rank__isnull=False).order_by("rank")] == [key, BASELINE]
    assert (run.baseline.novelty, run.baseline.fate) == (0.3, "not_dominated")
    dropped = candidate(run, OTHER)
    assert (dropped.state, dropped.fate, dropped.fate_by, dropped.fate_distance) == (
        CandidateState.DROPPED,
        "dominated",
        candidate(run),
        0.03,
    )


def test_a_member_that_is_not_among_the_survivors_has_left(run):
    one = Survivor(candidate=BASELINE, reward=0.5, count=4, score=0.4, reason="only_one")
    two = Survivor(candidate=key_of(BETTER), reward=0.9, count=4, score=0.8, reason="fittest")
    run = record(
        run,
        events.PopulationUpdated(epoch=0, survivors=(one,)),
        events.PopulationUpdated(epoch=1, survivors=(two,)),
    )

    assert (run.baseline.state, run.baseline.rank) == (CandidateState.DROPPED, None)


def test_spend_updated_fills_the_header(run):
    run = record(run, spent(40, left={"calls": 60}))

    assert (run.calls, run.tokens, run.seconds) == (40, 3200, 4.0)
    assert run.seconds_at == START + timedelta(seconds=run.last_sequence)
    assert run.left == {"calls": 60}
    assert run.spend_by_role["task"]["calls"] == 40


def test_test_finished_is_the_result(run):
    numbers = {"candidate": BASELINE, "mean": 0.5, "low": 0.4, "high": 0.6, "n": 4}
    said = events.TestFinished(baseline=numbers, winner=numbers, difference=numbers, verdict="worse")
    run = record(run, said)

    assert run.result == events.event_to_json(said)


@pytest.mark.parametrize(
    "said",
    [
        events.WarningRaised(code="slow", message="The model is slow."),
        events.ProposalFailed(operator="mutation", variable="generator", reason="broken"),
        events.CheckpointSaved(reference="checkpoint-1"),
        events.EpochFinished(epoch=0, logs={}),
    ],
)
def test_what_only_the_log_tells_changes_the_number_alone(run, said):
    before = Measurement.objects.count(), Candidate.objects.count(), run.state

    after = record(run, said)

    assert after.last_sequence == run.last_sequence + 1
    assert (Measurement.objects.count(), Candidate.objects.count(), after.state) == before


def test_a_candidate_nobody_proposed_is_an_error(run):
    with pytest.raises(KeyError, match="nobody"):
        record(run, events.BestChanged(candidate="nobody", reward=1.0))


def test_to_apply_events_writes_nothing_so_that_others_may_write_meanwhile(alice):
    run = empty_run(alice)
    projection = Projection(run)

    with CaptureQueriesContext(connection) as asked:
        for sequence, event in enumerate(event_streams.whole_run(), start=1):
            projection.apply(event, sequence=sequence, at=START + timedelta(seconds=sequence))
        projection.apply(events.ReviewRequested(candidate=BASELINE, reward=0.5, count=4), sequence=999, at=START)

    assert [query["sql"] for query in asked.captured_queries if not query["sql"].startswith("SELECT")] == []
    projection.save()
    assert run.candidates.count() > 5
