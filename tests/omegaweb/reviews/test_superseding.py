"""A run that asks only about new leaders: the best of what waits is asked about, and a yes to it settles the others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.audit.models import AuditEntry
from omegaweb.engine.gate import verdict_of
from omegaweb.reviews import queue
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.reviews.services import decide
from omegaweb.reviews.time_limit import decide_overdue
from omegaweb.runs.configuration import ReviewChoice
from omegaweb.runs.models import Run
from optimizer_core.review import Decision
from tests.factories_runs import START, make_candidate, make_review, make_run

LIST = reverse("reviews:list")


def asked(run: Run, number: int, reward: float | None, **changes: Any) -> Review:
    candidate = make_candidate(run, number=number, instruction=f"Text {number}", reward=reward, **changes)
    return make_review(candidate, requested_at=START + timedelta(minutes=number))


def run_of(owner: User, **rules: Any) -> Run:
    choice = ReviewChoice(**{"asks": "new_best", **rules})
    return make_run(owner, configuration={"review": choice})


@pytest.fixture
def three(alice: User) -> list[Review]:
    """The second is the best of them."""
    run = run_of(alice)
    return [asked(run, 1, 0.6), asked(run, 2, 0.9), asked(run, 3, 0.7)]


def state(review: Review) -> str:
    return Review.objects.get(pk=review.pk).state


def test_only_the_best_is_asked_about_and_the_others_stand_behind_it_the_best_first(
    alice: User, alice_client: Client, three: list[Review]
) -> None:
    page = alice_client.get(LIST).content.decode()

    table, _, folded = page.partition('id="behind"')
    assert [each.get_absolute_url() in table for each in three] == [False, True, False]
    assert folded.index(three[2].get_absolute_url()) < folded.index(three[0].get_absolute_url())
    assert "2 more wait behind a better one" in folded
    assert Review.objects.waiting_for(alice).count() == 1


def test_the_page_of_one_that_stands_behind_names_the_better_one(alice_client: Client, three: list[Review]) -> None:
    lesser, best = (alice_client.get(three[index].get_absolute_url()).content.decode() for index in (0, 1))

    assert "is better and waits as well" in lesser
    assert three[1].get_absolute_url() in lesser
    assert "is better and waits" not in best


def test_others_see_nothing_of_it(three: list[Review], bob_client: Client, client: Client) -> None:
    assert "behind a better one" not in bob_client.get(LIST).content.decode()
    assert client.get(LIST).status_code == 302


def test_a_yes_to_the_best_settles_the_others_and_nobody_is_named_as_their_approver(
    alice: User, three: list[Review]
) -> None:
    decide(three[1], user=alice, verdict=ReviewState.APPROVED)

    assert [state(each) for each in three] == ["superseded", "approved", "superseded"]
    verdict = verdict_of(Review.objects.get(pk=three[0].pk))
    assert (verdict.decision, verdict.reviewer, verdict.comment) == (
        Decision.SUPERSEDED,
        "",
        "#2 is better and was approved.",
    )
    assert AuditEntry.objects.get().after["superseded"] == [1, 3]  # type: ignore[index]


def test_a_yes_to_a_lesser_one_leaves_the_better_one_waiting(alice: User, three: list[Review]) -> None:
    decide(three[2], user=alice, verdict=ReviewState.APPROVED)
    assert [state(each) for each in three] == ["superseded", "pending", "approved"]


def test_a_no_to_the_best_asks_about_the_next_best(alice: User, three: list[Review]) -> None:
    decide(three[1], user=alice, verdict=ReviewState.REJECTED, reason="Too long.")

    assert [state(each) for each in three] == ["pending", "rejected", "pending"]
    assert list(Review.objects.waiting_for(alice)) == [three[2]]


def test_the_time_limit_settles_the_others_as_well(alice: User) -> None:
    run = run_of(alice, hours=1.0, after_hours="approved")
    lesser, best = asked(run, 1, 0.6), asked(run, 2, 0.9)
    Review.objects.filter(pk=best.pk).update(due_at=START)

    decide_overdue(now=START + timedelta(hours=2))

    assert (state(lesser), state(best)) == ("superseded", "approved")


def test_what_people_worked_on_or_made_and_what_has_no_score_is_asked_about_all_the_same(
    alice: User, bob: User
) -> None:
    run = run_of(alice, approvals=2)
    voted, edited = asked(run, 1, 0.5), asked(run, 2, 0.5)
    by_hand, unscored = asked(run, 3, 0.5, operator="manual"), asked(run, 4, None)
    best = asked(run, 5, 0.9)
    voted.votes.create(person=bob, verdict=ReviewState.APPROVED)
    Review.objects.filter(pk=edited.pk).update(edition=1, edited_content={})
    best.votes.create(person=bob, verdict=ReviewState.APPROVED)

    assert Review.objects.waiting_for(alice).count() == 5
    decide(best, user=alice, verdict=ReviewState.APPROVED)
    assert {state(each) for each in (voted, edited, by_hand, unscored)} == {"pending"}


def test_a_run_that_asks_about_every_candidate_asks_about_each(alice: User) -> None:
    run = run_of(alice, asks="every")
    lesser, best = asked(run, 1, 0.6), asked(run, 2, 0.9)

    assert Review.objects.waiting_for(alice).count() == 2
    decide(best, user=alice, verdict=ReviewState.APPROVED)
    assert state(lesser) == "pending"


def test_of_equals_the_earlier_one_is_asked_about(alice: User) -> None:
    run = run_of(alice)
    first, second = asked(run, 1, 0.6), asked(run, 2, 0.6)

    assert list(Review.objects.waiting_for(alice)) == [first]
    decide(first, user=alice, verdict=ReviewState.APPROVED)
    assert state(second) == "superseded"


def test_who_decides_a_superseded_one_hears_why(alice: User, alice_client: Client, three: list[Review]) -> None:
    decide(three[1], user=alice, verdict=ReviewState.APPROVED)

    answer = alice_client.post(
        reverse("reviews:decide", args=[three[0].pk]), {"verdict": "approved", "edition": "0"}, follow=True
    ).content.decode()

    assert "You already approved a better one of this run" in answer
    assert "with the better one it would not lead" in answer


def test_a_long_queue_comes_in_pages(alice: User, alice_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "WAITING_ON_A_PAGE", 2)
    run = run_of(alice, asks="every")
    reviews = [asked(run, number, 0.5) for number in (1, 2, 3)]

    first, second = (alice_client.get(LIST, {"page": page}).content.decode() for page in (1, 2))

    assert [each.get_absolute_url() in first for each in reviews] == [True, True, False]
    assert [each.get_absolute_url() in second for each in reviews] == [False, False, True]
    assert "1–2 of 3 reviews" in first
