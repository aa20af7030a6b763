"""What is said of reviews, and what it does to the rows that pages read."""

from __future__ import annotations

import pytest

from omegaweb.reviews.models import LEFT_OUT, Review, ReviewState
from omegaweb.runs import wording
from omegaweb.runs.models import CandidateState, RunState
from optimizer_core import events
from tests.event_streams import key_of, proposed, scored, started
from tests.omegaweb.engine.recording import BETTER, candidate, record, scored_run

pytestmark = pytest.mark.django_db

OTHER = "Answer politely."


@pytest.fixture
def run(alice):
    return scored_run(alice)


def test_review_requested_waits_for_a_person(run):
    run = record(run, events.ReviewRequested(candidate=key_of(BETTER), reward=1.0, count=1))

    assert candidate(run).state == CandidateState.WAITING
    assert Review.objects.get(run=run).state == ReviewState.PENDING


def test_a_review_requested_again_keeps_the_verdict_given_meanwhile(run):
    asked = events.ReviewRequested(candidate=key_of(BETTER), reward=1.0, count=1)
    run = record(run, asked)
    Review.objects.filter(run=run).update(state=ReviewState.REJECTED, reason="Too long")

    record(run, asked)

    review = Review.objects.get(run=run)
    assert (review.state, review.reason) == (ReviewState.REJECTED, "Too long")


def test_a_run_that_goes_on_withdraws_reviews_that_it_does_not_ask_for_again(run):
    known, orphan = key_of(BETTER), key_of(OTHER)
    run = record(
        run,
        events.ReviewRequested(candidate=known, reward=1.0, count=1),
        proposed(OTHER),
        events.ReviewRequested(candidate=orphan, reward=1.0, count=1),
    )

    run = record(run, started(resumed=True), events.ReviewRequested(candidate=known, reward=1.0, count=1))

    assert Review.objects.get(run=run, candidate__key=known).state == ReviewState.PENDING
    assert candidate(run).state == CandidateState.WAITING
    left = Review.objects.get(run=run, candidate__key=orphan)
    assert (left.state, left.decided_at is None) == (ReviewState.WITHDRAWN, False)
    dropped = candidate(run, OTHER)
    assert (dropped.state, dropped.fate) == (CandidateState.DROPPED, "interrupted")


def test_an_approval_of_a_candidate_that_the_run_forgot_is_kept_until_it_comes_again(run, alice):
    key = key_of(BETTER)
    asked = events.ReviewRequested(candidate=key, reward=1.0, count=1)
    run = record(run, asked)
    Review.objects.filter(run=run).update(state=ReviewState.APPROVED, reviewer=alice)

    run = record(run, started(resumed=True))
    assert candidate(run).state == CandidateState.DROPPED
    run = record(run, proposed(BETTER), asked)

    assert Review.objects.get(run=run).state == ReviewState.APPROVED
    assert candidate(run).state == CandidateState.WAITING


@pytest.mark.parametrize(
    ("status", "fate", "words"), [("completed", "not_paid", "budget"), ("stopped", "run_ended", "the run ended")]
)
def test_an_approved_edit_that_was_never_scored_says_why(run, status, fate, words):
    content = {"generator": {"instructions": OTHER, "examples": []}}
    edit = events.CandidateProposed(candidate=key_of(OTHER), operator="edit", content=content)
    run = record(run, edit, events.RunFinished(status=status, reason="budget_spent"))

    left = candidate(run, OTHER)
    assert (left.state, left.fate) == (CandidateState.DROPPED, fate)
    assert words in wording.fate(left)


def test_a_review_left_out_is_no_rejection(run):
    key = key_of(BETTER)
    decided = events.ReviewDecided(candidate=key, verdict="rejected", comment=LEFT_OUT)
    run = record(run, events.ReviewRequested(candidate=key, reward=1.0, count=1), decided)

    left = candidate(run)
    assert (left.state, left.fate) == (CandidateState.DROPPED, "left_out")
    assert Review.objects.get(run=run).state == ReviewState.LEFT_OUT
    assert "nobody had decided" in wording.fate(left)


def test_a_candidate_that_was_held_before_it_was_scored_is_proposed_once_approved(run):
    key = key_of(BETTER)
    decided = events.ReviewDecided(candidate=key, verdict="approved", reviewer="alice", comment="")
    run = record(run, events.ReviewRequested(candidate=key, reward=0.0, count=0), decided)
    assert candidate(run).state == CandidateState.PROPOSED


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        ("approved", CandidateState.SCORED),
        ("rejected", CandidateState.REJECTED),
        ("edited", CandidateState.EDITED),
    ],
)
def test_review_decided_moves_the_candidate(run, alice, verdict, state):
    key = key_of(BETTER)
    decided = events.ReviewDecided(candidate=key, verdict=verdict, reviewer="alice", comment="Because")
    run = record(run, scored(key, [1.0]), events.ReviewRequested(candidate=key, reward=1.0, count=1), decided)

    review = Review.objects.get(run=run)
    assert candidate(run).state == state
    assert (review.state, review.reason, review.reviewer) == (verdict, "Because", alice)


def test_review_decided_does_not_overwrite_what_a_person_wrote(run, bob):
    key = key_of(BETTER)
    run = record(run, events.ReviewRequested(candidate=key, reward=1.0, count=1))
    Review.objects.filter(run=run).update(state=ReviewState.APPROVED, reason="Mine", reviewer=bob)

    record(run, events.ReviewDecided(candidate=key, verdict="approved", reviewer="bob", comment="Other"))

    assert Review.objects.get(run=run).reason == "Mine"


def test_a_run_that_waits_for_reviews_says_so_until_none_is_open(run):
    key = key_of(BETTER)
    run = record(
        run,
        events.ReviewRequested(candidate=key, reward=1.0, count=1),
        events.WarningRaised(code=events.WAITING_FOR_REVIEW, message="Only reviews are open."),
    )
    assert run.state == RunState.WAITING

    run = record(run, events.ReviewDecided(candidate=key, verdict="approved"))
    assert run.state == RunState.RUNNING


def test_a_superseded_candidate_is_a_scored_one_and_its_winning_asks_anew(run, alice):
    asked = events.ReviewRequested(candidate=key_of(BETTER), reward=1.0, count=1)
    run = record(run, scored(key_of(BETTER), [1.0]), asked)
    Review.objects.update(state=ReviewState.SUPERSEDED, reviewer=alice, reason="#2 is better.", by_time_limit=True)

    run = record(run, events.ReviewDecided(candidate=key_of(BETTER), verdict="superseded", comment="#2 is better."))

    assert (candidate(run).state, candidate(run).fate) == (CandidateState.SCORED, "")
    assert Review.objects.get().state == ReviewState.SUPERSEDED
    record(run, asked)
    review = Review.objects.get()
    assert (review.state, review.reviewer, review.reason, review.by_time_limit) == (
        ReviewState.PENDING,
        None,
        "",
        False,
    )
