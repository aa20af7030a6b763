"""Answering a request for changes with an edit: it is reviewed again, with what changed against what was refused."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.engine import launcher
from omegaweb.engine.steering import request_of
from omegaweb.projects.models import Role
from omegaweb.reviews.answers import NotAsked, answer
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.reviews.services import decide
from omegaweb.runs.configuration import ReviewChoice
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.models.requests import SteeringRequest
from tests.factories import project_of
from tests.factories_runs import content_of, make_candidate, make_review, make_run
from tests.omegaweb.engine.scripted_runs import Script, finished, queued_run, script, until
from tests.people import join, signed_in

__all__ = ["script"]

ASKED = "Name the <teams>."
ANSWERED = "Sort to billing or technical: {{text}}"
SENT = {"field-0-instructions": ANSWERED, "comment": "Both are named."}


@pytest.fixture
def bob_reviews(alice: User, bob: User) -> User:
    join(project_of(alice), bob, Role.REVIEWER)
    return bob


@pytest.fixture
def refused(alice: User, bob_reviews: User, monkeypatch: pytest.MonkeyPatch) -> Review:
    """A candidate of Alice's run that Bob sent back."""
    monkeypatch.setattr(launcher, "start", lambda run_id: None)
    choice = ReviewChoice(asks="every", author_may_approve=False)
    run = make_run(alice, configuration={"review": choice})
    candidate = make_candidate(run, number=1, instruction="Sort: {{text}}", parents=[make_candidate(run)])
    return decide(make_review(candidate), user=bob_reviews, verdict="changes_requested", reason=ASKED)


def answered(review: Review) -> Review:
    """Let the run take the answer in, as far as its rows show."""
    run = review.run
    made = make_candidate(run, number=2, instruction=ANSWERED, operator="manual", parents=[review.candidate])
    return make_review(made)


def page(client: Client, review: Review) -> str:
    return client.get(review.get_absolute_url()).content.decode()


def test_an_editor_hands_in_an_edit_that_says_whose_request_it_answers(refused: Review, alice_client: Client) -> None:
    address = f"/reviews/{refused.pk}/answer/"
    assert address in page(alice_client, refused)
    assert "Name the &lt;teams&gt;." in alice_client.get(address).content.decode()

    assert alice_client.post(address, SENT)["Location"] == refused.get_absolute_url()

    request = SteeringRequest.objects.get()
    assert request.payload["parent"] == refused.candidate.key
    assert request_of(request).asks  # type: ignore[union-attr]
    shown = page(alice_client, refused)
    assert "it is scored before the next proposal" in shown
    assert address not in shown


def test_the_answer_is_a_review_that_waits_and_shows_what_changed_against_what_was_refused(
    refused: Review, alice: User, bob: User, alice_client: Client
) -> None:
    alice_client.post(f"/reviews/{refused.pk}/answer/", SENT)
    again = answered(refused)
    reviewer = signed_in(bob)
    shown = page(reviewer, again)
    assert "alice wrote this in answer to a request for changes" in shown
    assert "Name the &lt;teams&gt;." in shown
    changed = shown.partition("What changed against #1")[2].partition("</details>")[0]
    assert re.search("<ins>[^<]*billing or technical", changed)
    assert "You wrote this text" in page(alice_client, again)
    assert "Waiting for review" in page(reviewer, refused)
    decide(again, user=bob, verdict="approved")
    assert "Approved" in page(reviewer, refused)


def test_a_request_is_answered_once(refused: Review, alice: User, alice_client: Client) -> None:
    answer(refused, user=alice, content=content_of(ANSWERED))
    with pytest.raises(NotAsked, match="alice has answered this already"):
        answer(refused, user=alice, content=content_of("Other {{text}}"))
    SteeringRequest.objects.update(problem="nobody can pay its score")
    shown = page(alice_client, refused)
    assert "nobody can pay its score" in shown
    assert f"/reviews/{refused.pk}/answer/" in shown
    answer(refused, user=alice, content=content_of("Other {{text}}"))


def test_the_same_text_is_no_answer(refused: Review, alice_client: Client) -> None:
    response = alice_client.post(f"/reviews/{refused.pk}/answer/", {"field-0-instructions": "Sort: {{text}}"})
    assert response.status_code == 422
    assert "This says the same as #1" in response.content.decode()


def test_the_answer_begins_with_an_edit_that_was_refused(refused: Review, alice_client: Client) -> None:
    Review.objects.update(edited_content=content_of("Sort <well>: {{text}}"))
    address = f"/reviews/{refused.pk}/answer/"
    assert "Sort &lt;well&gt;:" in alice_client.get(address).content.decode()
    same = alice_client.post(address, {"field-0-instructions": "Sort <well>: {{text}}"})
    assert "Nothing is changed yet." in same.content.decode()


@pytest.mark.parametrize(
    ("state", "way_out"),
    [
        (RunState.COMPLETED, "Continue the run to answer"),
        (RunState.WAITING, "Once the run has ended, continue it to answer"),
    ],
)
def test_after_the_search_nothing_can_be_handed_in(
    refused: Review, alice_client: Client, state: RunState, way_out: str
) -> None:
    Run.objects.update(state=state)
    assert way_out in page(alice_client, refused)
    response = alice_client.post(f"/reviews/{refused.pk}/answer/", SENT, follow=True)
    assert "nothing more can be asked of it" in response.content.decode()


def test_what_nobody_sent_back_cannot_be_answered(refused: Review, alice_client: Client) -> None:
    Review.objects.update(state=ReviewState.REJECTED)
    response = alice_client.post(f"/reviews/{refused.pk}/answer/", SENT, follow=True)
    assert "No changes are requested" in response.content.decode()


def test_reviewers_and_others_cannot_answer(refused: Review, bob: User, charlie_client: Client, client: Client) -> None:
    address = f"/reviews/{refused.pk}/answer/"
    assert signed_in(bob).post(address, SENT).status_code == 403
    assert "An editor of this project can answer" in page(signed_in(bob), refused)
    assert charlie_client.post(address, SENT).status_code == 404
    assert client.post(address, SENT)["Location"].startswith("/accounts/sign-in/")
    assert not SteeringRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_run_scores_an_answer_and_asks_about_it_again(alice: User, script: Script) -> None:
    run = queued_run(alice, epochs=1000, review=ReviewChoice(asks="every"))  # it must not end before the answer
    launcher.start(run.pk)
    first = until(lambda: Review.objects.pending().filter(run=run).select_related("candidate").first())
    decide(first, user=alice, verdict="changes_requested", reason="Shorter.")
    content = {name: {**value, "instructions": "Short: {{text}}"} for name, value in first.candidate.content.items()}
    request = answer(first, user=alice, content=content, comment="It is short.")
    again = until(lambda: Review.objects.filter(run=run, candidate__operator="manual").first())
    assert again.candidate.reward is not None
    assert list(again.candidate.parents.all()) == [first.candidate]
    request.refresh_from_db()
    assert request.problem == ""
    launcher.stop(run.pk, user=alice)
    finished(run)
