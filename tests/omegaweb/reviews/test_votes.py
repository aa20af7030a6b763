"""Two approvers, authors who may not approve, requests for changes, and time limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.audit.models import AuditEntry
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.reviews.services import AlreadyDecided, EditedMeanwhile, MayNotApprove, ReasonMissing, decide
from omegaweb.reviews.time_limit import decide_overdue
from omegaweb.runs.configuration import ReviewChoice
from omegaweb.runs.models.requests import Steer
from tests.factories import project_of
from tests.factories_runs import START, content_of, make_candidate, make_review, make_run
from tests.people import join

EDITED = content_of("Sort well: {{text}}")


def asked(alice: User, *, operator: str = "mutation", **changes: Any) -> Review:
    """A mutation that waits in a run that asks as `changes` say."""
    run = make_run(alice, configuration={"review": ReviewChoice(asks="every", **changes)})
    start = make_candidate(run)
    candidate = make_candidate(run, number=1, instruction="Sort: {{text}}", parents=[start], operator=operator)
    return make_review(candidate)


@pytest.fixture
def bob_reviews(alice: User, bob: User) -> User:
    join(project_of(alice), bob, "reviewer")
    return bob


def test_two_different_people_must_approve(alice: User, bob_reviews: User) -> None:
    review = asked(alice, approvals=2)
    assert decide(review, user=alice, verdict="approved").is_pending
    with pytest.raises(MayNotApprove, match="approved this already"):
        decide(review, user=alice, verdict="approved")
    decided = decide(review, user=bob_reviews, verdict="approved", reason="Good.")
    assert (decided.state, decided.reviewer) == (ReviewState.APPROVED, bob_reviews)
    assert [vote.person for vote in decided.approvals()] == [alice, bob_reviews]


def test_one_rejection_decides_also_after_an_approval(alice: User, bob_reviews: User) -> None:
    review = asked(alice, approvals=2)
    decide(review, user=alice, verdict="approved")
    assert decide(review, user=bob_reviews, verdict="rejected", reason="No.").state == ReviewState.REJECTED


def test_who_has_approved_is_asked_no_more_until_the_text_is_another(alice: User, bob_reviews: User) -> None:
    review = asked(alice, approvals=2)
    decide(review, user=alice, verdict="approved")
    assert not Review.objects.waiting_for(alice).exists()
    assert Review.objects.waiting_for(bob_reviews).exists()
    decide(review, user=bob_reviews, verdict="edited", edited_content=EDITED)
    assert Review.objects.waiting_for(alice).exists()
    assert not Review.objects.waiting_for(bob_reviews).exists()


def test_an_edit_voids_approvals_of_the_older_text(alice: User, bob_reviews: User, charlie: User) -> None:
    review = asked(alice, approvals=2)
    decide(review, user=charlie, verdict="approved")
    edited = decide(review, user=bob_reviews, verdict="edited", edited_content=EDITED)
    assert (edited.is_pending, edited.approvals().count()) == (True, 1)
    decided = decide(review, user=alice, verdict="approved")
    assert (decided.state, decided.edited_content) == (ReviewState.EDITED, EDITED)


def test_nobody_approves_a_text_they_have_not_seen(alice: User, bob_reviews: User) -> None:
    review = asked(alice, author_may_approve=False)
    decide(review, user=bob_reviews, verdict="edited", edited_content=EDITED, edition=0)
    with pytest.raises(EditedMeanwhile, match="bob has edited the text meanwhile"):
        decide(review, user=alice, verdict="approved", edition=0)
    assert decide(review, user=alice, verdict="approved", edition=1).state == ReviewState.EDITED


def test_the_author_of_an_edit_may_not_approve_it_where_the_run_says_so(alice: User, bob_reviews: User) -> None:
    review = asked(alice, author_may_approve=False)
    assert decide(review, user=bob_reviews, verdict="edited", edited_content=EDITED).is_pending
    with pytest.raises(MayNotApprove, match="You wrote this text"):
        decide(review, user=bob_reviews, verdict="approved")
    assert decide(review, user=alice, verdict="approved").state == ReviewState.EDITED


def test_the_author_of_a_candidate_made_by_hand_may_not_approve_it(alice: User, bob_reviews: User) -> None:
    review = asked(alice, operator="manual", author_may_approve=False)
    content = {"generator": {"instructions": "Sort: {{text}}"}}
    review.run.steering.create(action=Steer.ADD, author=alice, payload={"content": content})
    with pytest.raises(MayNotApprove, match="You wrote this text"):
        decide(review, user=alice, verdict="approved")
    assert decide(review, user=bob_reviews, verdict="approved").state == ReviewState.APPROVED


def test_changes_are_requested_with_a_reason(alice: User) -> None:
    review = asked(alice)
    with pytest.raises(ReasonMissing):
        decide(review, user=alice, verdict="changes_requested")
    decided = decide(review, user=alice, verdict="changes_requested", reason="Name the teams.")
    assert (decided.state, decided.reason) == (ReviewState.CHANGES_REQUESTED, "Name the teams.")


@pytest.mark.parametrize("default", ["approved", "rejected", "left_out"])
def test_the_time_limit_decides_once_and_says_so(alice: User, default: str) -> None:
    review = asked(alice, hours=2, after_hours=default)
    Review.objects.update(due_at=START + timedelta(hours=2))
    assert decide_overdue(now=START + timedelta(hours=1)) == []
    assert decide_overdue(now=START + timedelta(hours=3)) == [review.run_id]
    assert decide_overdue(now=START + timedelta(hours=4)) == []
    review.refresh_from_db()
    assert (review.state, review.reviewer, review.by_time_limit) == (default, None, True)
    assert review.reason == "Nobody decided within 2 hours."
    assert AuditEntry.objects.get().actor_name == "omegaweb"
    with pytest.raises(AlreadyDecided, match="The time limit decided this"):
        decide(review, user=alice, verdict="approved")


def test_what_a_person_decided_in_time_stays(alice: User) -> None:
    review = asked(alice, hours=2)
    Review.objects.update(due_at=START)
    decide(review, user=alice, verdict="approved")
    assert decide_overdue(now=START + timedelta(hours=1)) == []


def test_the_page_tells_the_second_person_what_was_edited_and_by_whom(alice_client: Client, bob_reviews, alice) -> None:
    review = asked(alice, approvals=2)
    decide(review, user=bob_reviews, verdict="edited", edited_content=EDITED)
    page = alice_client.get(review.get_absolute_url()).content.decode()
    assert "May the edited text enter the population?" in page
    assert "What bob changed in the proposal" in page
    assert "1 of 2 approvals" in page
    alice_client.post(reverse("reviews:decide", args=[review.pk]), {"verdict": "approved", "edition": "0"})
    review.refresh_from_db()
    assert review.is_pending


def test_changes_are_requested_from_the_page(alice_client: Client, alice: User) -> None:
    review = asked(alice)
    address = reverse("reviews:decide", args=[review.pk])
    refused = alice_client.post(address, {"verdict": "changes_requested", "changes": ""})
    assert refused.status_code == 422
    assert "Say what should be different" in refused.content.decode()
    page = alice_client.post(address, {"verdict": "changes_requested", "changes": "Shorter."}, follow=True)
    assert "Sent #1 back." in page.content.decode()
    review.refresh_from_db()
    assert (review.state, review.reason) == (ReviewState.CHANGES_REQUESTED, "Shorter.")


def test_the_author_is_not_offered_to_approve(bob_client: Client, bob_reviews, alice: User) -> None:
    review = asked(alice, author_may_approve=False)
    decide(review, user=bob_reviews, verdict="edited", edited_content=EDITED)
    page = bob_client.get(review.get_absolute_url()).content.decode()
    assert "You wrote this text" in page
    assert 'value="approved"' not in page
