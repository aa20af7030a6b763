"""Blind comparison of a candidate with its parent, and how far the reward agrees with people."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.engine.agreement import agreement_of
from omegaweb.reviews.blind import MOST_PAIRS, blind_of, pairs_of, pick, reveal
from omegaweb.reviews.models import PairwisePick, Review
from omegaweb.reviews.pick_models import Pick
from omegaweb.runs.models import CandidateState
from tests.factories_runs import make_candidate, make_review, make_run, make_scores, make_version

#: On each of these rows the two answer differently; the third they answer alike.
BEFORE, AFTER = [0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 1.0, 0.0]


@pytest.fixture
def review(alice: User) -> Review:
    run = make_run(alice)
    start = make_candidate(run)
    candidate = make_candidate(run, number=1, instruction="Sort: {{text}}", parents=[start])
    make_scores(start, BEFORE)
    make_scores(candidate, AFTER)
    return make_review(candidate)


def address(review: Review) -> str:
    return reverse("reviews:compare", args=[review.pk])


def prefer(review: Review, user: User, *, candidate: bool) -> int:
    """Judge the next pair for the candidate, or against it, as somebody who sees through it would."""
    blind = blind_of(review, user)
    assert blind is not None
    pair = pairs_of(review, user, blind, blind.asked[:1])[0]
    assert pick(review, user, index=pair.index, choice="first" if pair.candidate_first == candidate else "second")
    return pair.index


def test_only_rows_with_different_answers_are_asked_in_an_order_that_stays(alice: User, bob: User, review) -> None:
    blind = blind_of(review, alice)
    assert blind is not None
    assert sorted(blind.indexes) == [0, 1, 3]
    assert blind_of(review, alice) == blind


def test_the_sides_are_mixed_over_rows_and_people(alice: User) -> None:
    run = make_run(alice, version=make_version(alice, splits="v" * 40, name="Many"))
    start = make_candidate(run)
    candidate = make_candidate(run, number=1, instruction="Sort", parents=[start])
    make_scores(start, [0.0] * 40)
    make_scores(candidate, [1.0] * 40)
    review = make_review(candidate)
    blind = blind_of(review, alice)
    assert blind is not None
    assert len(blind.indexes) == MOST_PAIRS
    sides = [pair.candidate_first for pair in pairs_of(review, alice, blind, range(40))]
    assert 8 < sum(sides) < 32


def test_the_page_names_nobody_until_all_are_judged(alice: User, alice_client: Client, review: Review) -> None:
    page = alice_client.get(address(review)).content.decode()
    assert "First answer" in page
    assert "Start" not in page
    assert "reward" not in page
    assert "1 of 3" in page
    for _ in range(3):
        prefer(review, alice, candidate=True)
    page = alice_client.get(address(review)).content.decode()
    assert "#1 was better on 3" in page
    assert "First answer" not in page


def test_the_last_page_speaks_of_what_was_picked(alice: User, alice_client: Client, review: Review) -> None:
    for _ in range(3):
        prefer(review, alice, candidate=False)
    page = alice_client.get(address(review)).content.decode()
    assert "Your blind picks" in page
    assert "Which answer is better?" not in page
    assert page.count('<td class="nowrap">start</td>') == 3


def test_a_rewrite_is_compared_with_what_it_was_rewritten_from_not_with_a_step_of_it(alice: User) -> None:
    run = make_run(alice)
    start = make_candidate(run)
    step = make_candidate(run, number=1, instruction="A step", state=CandidateState.STEP, parents=[start])
    rewrite = make_candidate(run, number=2, instruction="Sort: {{text}}", parents=[step])
    make_scores(start, BEFORE)
    make_scores(rewrite, AFTER)
    blind = blind_of(make_review(rewrite), alice)
    assert blind is not None
    assert (blind.reference, sorted(blind.indexes)) == (start, [0, 1, 3])


def test_a_pick_is_kept_by_whose_answer_it_was_and_once(alice: User, alice_client: Client, review: Review) -> None:
    index = prefer(review, alice, candidate=False)
    kept = PairwisePick.objects.get()
    assert (kept.pick, kept.index, kept.reference) == (Pick.REFERENCE, index, 0)
    assert (kept.reward, kept.reference_reward) == (AFTER[index], BEFORE[index])
    assert alice_client.post(address(review), {"index": index, "pick": "same"}).status_code == 302
    assert PairwisePick.objects.get().pick == Pick.REFERENCE


def test_a_pick_of_nothing_in_question_is_refused(alice_client: Client, review: Review) -> None:
    assert alice_client.post(address(review), {"index": "0", "pick": "mine"}).status_code == 400
    assert alice_client.post(address(review), {"index": "x", "pick": "same"}).status_code == 400
    alice_client.post(address(review), {"index": "2", "pick": "same"})
    assert not PairwisePick.objects.exists()


def test_after_the_names_are_shown_nothing_more_is_judged(alice: User, review: Review) -> None:
    prefer(review, alice, candidate=True)
    reveal(review, alice)
    blind = blind_of(review, alice)
    assert blind is not None
    assert (blind.is_over, blind.judged, blind.tally[Pick.SKIPPED]) == (True, 1, 2)
    agreement = agreement_of(review.run)
    assert agreement is not None
    assert agreement.share.n == 1


def test_the_agreement_counts_where_both_preferred_one(alice: User, bob: User, review: Review) -> None:
    assert agreement_of(review.run) is None
    for _ in range(3):
        prefer(review, alice, candidate=True)  # the reward prefers the candidate on two of the three
    PairwisePick.objects.create(
        review=review, person=bob, reference=0, split="validation", index=0, candidate_first=True, pick=Pick.CANDIDATE,
        reward=0.5, reference_reward=0.5,
    )  # fmt: skip
    agreement = agreement_of(review.run)
    assert agreement is not None
    assert (agreement.agreed, agreement.share.n, agreement.indifferent, agreement.people) == (2, 3, 1, 2)
    assert agreement.share.low < 2 / 3 < agreement.share.high


def test_the_agreement_is_on_the_pages_of_review_and_run(alice: User, alice_client: Client, review: Review) -> None:
    for _ in range(3):
        prefer(review, alice, candidate=True)
    for url in (review.get_absolute_url(), f"{review.run.get_absolute_url()}?tab=result"):
        assert "2 of 3" in alice_client.get(url).content.decode()


def test_others_may_not_compare(bob_client: Client, client: Client, review: Review) -> None:
    assert bob_client.get(address(review)).status_code == 404
    assert bob_client.post(address(review), {"index": "0", "pick": "same"}).status_code == 404
    assert client.get(address(review))["Location"].startswith(reverse("accounts:sign-in"))
