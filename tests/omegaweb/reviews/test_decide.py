"""Deciding a review: in the service, and from the page."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.reviews.edits import InvalidEdit
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.reviews.services import AlreadyDecided, ReasonMissing, decide
from omegaweb.runs.configuration import ReviewChoice
from omegaweb.runs.models import Event, Run, RunState
from tests.factories_runs import VARIABLE, content_of, make_candidate, make_review, make_run

EXAMPLES = [("a", "billing"), ("b", "technical")]


@pytest.fixture
def review(alice: User) -> Review:
    """A mutation that waits for Alice."""
    run = make_run(alice, configuration={"review": ReviewChoice(asks="every")})
    start = make_candidate(run)
    return make_review(make_candidate(run, number=1, instruction="Sort: {{text}}", examples=EXAMPLES, parents=[start]))


def address(review: Review) -> str:
    return reverse("reviews:decide", args=[review.pk])


def test_approving_writes_who_and_when(alice: User, review: Review) -> None:
    decided = decide(review, user=alice, verdict="approved")
    assert (decided.state, decided.reviewer, decided.reason) == (ReviewState.APPROVED, alice, "")
    assert decided.decided_at is not None


def test_a_rejection_keeps_its_reason_and_cannot_go_without(alice: User, review: Review) -> None:
    with pytest.raises(ReasonMissing):
        decide(review, user=alice, verdict="rejected", reason="  \n ")
    assert decide(review, user=alice, verdict="rejected", reason=" Too long. ").reason == "Too long."


def test_an_edit_keeps_the_whole_content(alice: User, review: Review) -> None:
    content = content_of("Sort well: {{text}}", EXAMPLES[:1])
    decided = decide(review, user=alice, verdict="edited", edited_content=content)
    assert (decided.state, decided.edited_content) == (ReviewState.EDITED, content)


def test_an_edit_that_changes_nothing_is_an_approval(alice: User, review: Review) -> None:
    decided = decide(review, user=alice, verdict="edited", edited_content=review.candidate.content)
    assert (decided.state, decided.edited_content) == (ReviewState.APPROVED, None)


INVALID: list[tuple[dict[str, Any], str]] = [
    ({}, "The variable “generator” is missing."),
    ({**content_of("x"), "other": {}}, "There is no variable “other”."),
    (content_of(""), "Instructions must not be empty."),
    ({VARIABLE: {"instructions": 3, "examples": []}}, "3 is not of type 'string'"),
    ({VARIABLE: {"instructions": "x", "more": 1, "examples": []}}, "'more' was unexpected"),
    (content_of("x", [("new", "billing")]), "Examples can be left out, but not changed or added."),
    (content_of("Say which team should answer: {{text}}"), "Candidate #0 already says exactly this."),
]


@pytest.mark.parametrize(("content", "problem"), INVALID)
def test_an_edit_must_fit_the_schema_of_its_variable(alice: User, review: Review, content, problem: str) -> None:
    with pytest.raises(InvalidEdit) as found:
        decide(review, user=alice, verdict="edited", edited_content=content)
    assert problem in str(found.value)
    review.refresh_from_db()
    assert review.is_pending


def test_without_a_known_schema_only_the_proposed_fields_are_allowed(alice: User, review: Review) -> None:
    Event.objects.all().delete()
    with pytest.raises(InvalidEdit, match="not added or left out"):
        decide(review, user=alice, verdict="edited", edited_content={VARIABLE: {"other": "x", "examples": []}})
    decide(review, user=alice, verdict="edited", edited_content=content_of("Sort well"))


@pytest.mark.parametrize(("verdict", "content"), [("pending", None), ("edited", None), ("approved", {}), ("x", None)])
def test_other_verdicts_are_refused(alice: User, review: Review, verdict: str, content) -> None:
    with pytest.raises(ValueError, match="verdict"):
        decide(review, user=alice, verdict=verdict, edited_content=content)


def test_the_second_of_two_stale_tabs_is_told_who_was_first(alice: User, bob: User, review: Review) -> None:
    stale = Review.objects.get(pk=review.pk)
    decide(review, user=alice, verdict="approved")
    with pytest.raises(AlreadyDecided, match=r"^alice approved this just now\."):
        decide(stale, user=bob, verdict="rejected", reason="No.")
    review.refresh_from_db()
    assert (review.state, review.reviewer, review.reason) == (ReviewState.APPROVED, alice, "")


def test_the_same_person_twice_is_told_so(alice: User, review: Review) -> None:
    decide(review, user=alice, verdict="approved")
    with pytest.raises(AlreadyDecided, match="You already approved this"):
        decide(review, user=alice, verdict="approved")


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (RunState.STOPPED, "The run ended before anybody decided"),
        (RunState.RUNNING, "The run was interrupted and went on without it"),
    ],
)
def test_a_withdrawn_review_cannot_be_decided(alice: User, review: Review, state: RunState, why: str) -> None:
    Review.objects.update(state=ReviewState.WITHDRAWN)
    Run.objects.update(state=state)
    review.run.refresh_from_db()
    with pytest.raises(AlreadyDecided, match=why):
        decide(review, user=alice, verdict="approved")


@pytest.mark.django_db(transaction=True)
def test_of_many_decisions_at_once_exactly_one_counts(alice: User, review: Review) -> None:
    people = 6
    barrier = threading.Barrier(people)
    outcomes: list[str] = []

    def press(number: int) -> None:
        stale = Review.objects.get(pk=review.pk)
        barrier.wait()
        verdict, reason = ("approved", "") if number % 2 else ("rejected", f"no {number}")
        try:
            decide(stale, user=alice, verdict=verdict, reason=reason)
            outcomes.append(verdict)
        except AlreadyDecided:
            outcomes.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("late") == people - 1
    review.refresh_from_db()
    assert review.state in outcomes


def test_after_a_decision_the_next_waiting_review_is_shown(alice_client: Client, review: Review) -> None:
    following = make_review(make_candidate(review.run, number=2, instruction="Another"))
    response = alice_client.post(address(review), {"verdict": "approved"}, follow=True)
    assert response.redirect_chain == [(following.get_absolute_url(), 302)]
    assert "Approved #1." in response.content.decode()


def test_after_the_last_one_comes_the_first_that_was_passed_over(alice_client: Client, review: Review) -> None:
    later = make_review(make_candidate(review.run, number=2, instruction="Another"))
    response = alice_client.post(address(later), {"verdict": "rejected", "reason": "No."})
    assert response["Location"] == review.get_absolute_url()


def test_when_nothing_waits_any_more_the_list_says_so(alice_client: Client, review: Review) -> None:
    response = alice_client.post(address(review), {"verdict": "approved"}, follow=True)
    assert response.redirect_chain == [(reverse("reviews:list"), 302)]
    assert "Approved #1. Nothing else waits for you." in response.content.decode()


def test_rejecting_without_a_reason_keeps_the_form_open_and_the_review_waiting(alice_client, review: Review) -> None:
    response = alice_client.post(address(review), {"verdict": "rejected", "reason": " "})
    assert response.status_code == 422
    page = response.content.decode()
    assert '<details class="reject" id="reject" data-escapes open>' in page
    assert "Say why" in page
    review.refresh_from_db()
    assert review.is_pending


def test_a_post_without_a_verdict_decides_nothing(alice_client: Client, review: Review) -> None:
    for verdict in ({}, {"verdict": "edited"}, {"verdict": "yes"}):
        assert alice_client.post(address(review), verdict).status_code == 400
    review.refresh_from_db()
    assert review.is_pending


def test_the_second_tab_sees_the_decision_of_the_first(alice_client: Client, review: Review) -> None:
    alice_client.post(address(review), {"verdict": "approved"})
    response = alice_client.post(address(review), {"verdict": "rejected", "reason": "No."}, follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [(review.get_absolute_url(), 302)]
    assert "You already approved this" in page
    assert "Reject…" not in page


def test_others_cannot_decide(bob_client: Client, charlie_client: Client, review: Review) -> None:
    for client in (bob_client, charlie_client):
        assert client.post(address(review), {"verdict": "approved"}).status_code == 404
    review.refresh_from_db()
    assert review.is_pending


def test_signed_out_people_cannot_decide(client: Client, review: Review) -> None:
    assert client.post(address(review), {"verdict": "approved"})["Location"].startswith(reverse("accounts:sign-in"))
    review.refresh_from_db()
    assert review.is_pending


def test_a_link_cannot_decide(alice_client: Client, review: Review) -> None:
    assert alice_client.get(address(review), {"verdict": "approved"})["Location"] == review.get_absolute_url()
    review.refresh_from_db()
    assert review.is_pending


def test_after_the_search_nobody_is_promised_a_reader(alice_client: Client, review: Review) -> None:
    page = alice_client.get(review.get_absolute_url()).content.decode()
    assert page.count("The proposing model reads this") == page.count("The proposing model is asked") == 1
    Run.objects.update(state=RunState.WAITING)
    page = alice_client.get(review.get_absolute_url()).content.decode()
    assert "The proposing model reads" not in page
    assert "The proposing model is asked" not in page
    assert page.count("it is kept with the review") == 2
    said = alice_client.post(address(review), {"verdict": "rejected", "reason": "Too long."}, follow=True)
    assert "Rejected #1. Nothing else waits for you." in said.content.decode()
