"""Editing a proposal and approving the edited one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.models import Run
from tests.factories_runs import VARIABLE, make_candidate, make_review, make_run

EXAMPLES = [("a", "billing"), ("b", "technical")]


@pytest.fixture
def review(alice: User) -> Review:
    run = make_run(alice)
    start = make_candidate(run)
    return make_review(make_candidate(run, number=1, instruction="Sort:\n{{text}}", examples=EXAMPLES, parents=[start]))


def address(review: Review) -> str:
    return reverse("reviews:edit", args=[review.pk])


def sent(**changes: Any) -> dict[str, Any]:
    """What the browser sends when nothing was touched, with changes; None leaves a box without its tick."""
    data = {"field-0-instructions": "Sort:\r\n{{text}}", "example-0-0": "on", "example-0-1": "on", "comment": ""}
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


def test_the_form_shows_text_and_examples(alice_client: Client, review: Review) -> None:
    page = alice_client.get(address(review)).content.decode()
    assert "Sort:\n{{text}}</textarea>" in page
    assert page.count("checked") == 2


def test_a_changed_text_is_kept_with_the_comment(alice_client: Client, review: Review) -> None:
    data = sent(**{"field-0-instructions": "Sort it well:\r\n{{text}}", "comment": "Clearer."})
    assert alice_client.post(address(review), data).status_code == 302
    review.refresh_from_db()
    assert (review.state, review.reason) == (ReviewState.EDITED, "Clearer.")
    assert review.edited_content is not None
    assert review.edited_content[VARIABLE]["instructions"] == "Sort it well:\n{{text}}"
    assert review.edited_content[VARIABLE]["examples"] == review.candidate.content[VARIABLE]["examples"]


def test_an_example_without_its_tick_is_left_out(alice_client: Client, review: Review) -> None:
    alice_client.post(address(review), sent(**{"example-0-0": None}))
    review.refresh_from_db()
    assert review.edited_content is not None
    assert [example["inputs"]["text"] for example in review.edited_content[VARIABLE]["examples"]] == ["b"]


def test_sending_the_form_untouched_approves_and_says_so(alice_client: Client, review: Review) -> None:
    response = alice_client.post(address(review), sent(), follow=True)
    review.refresh_from_db()
    assert review.state == ReviewState.APPROVED
    assert "Nothing was changed, so #1 is approved as it is." in response.content.decode()


def test_a_lost_placeholder_is_asked_about_first(alice_client: Client, review: Review) -> None:
    data = sent(**{"field-0-instructions": "Sort it."})
    response = alice_client.post(address(review), data)
    assert response.status_code == 422
    assert "{{text}} is gone from the text" in response.content.decode()
    assert alice_client.post(address(review), {**data, "without_placeholders": "on"}).status_code == 302
    review.refresh_from_db()
    assert review.state == ReviewState.EDITED


def test_a_placeholder_that_names_no_column_is_refused(alice_client: Client, review: Review) -> None:
    response = alice_client.post(address(review), sent(**{"field-0-instructions": "{{text}} {{subject}}"}))
    assert response.status_code == 422
    assert "{{subject}} names no column; the program reads text." in response.content.decode()


def test_an_empty_text_is_refused(alice_client: Client, review: Review) -> None:
    response = alice_client.post(address(review), sent(**{"field-0-instructions": ""}))
    assert response.status_code == 422
    review.refresh_from_db()
    assert review.is_pending


def test_the_text_of_another_candidate_is_refused_with_its_number(alice_client: Client, review: Review) -> None:
    data = sent(**{"field-0-instructions": "Say which team should answer: {{text}}"})
    response = alice_client.post(address(review), {**data, "example-0-0": "", "example-0-1": ""})
    assert response.status_code == 422
    assert "Candidate #0 already says exactly this." in response.content.decode()


def test_who_needs_others_is_not_promised_that_the_edit_enters_at_once(alice_client: Client, review: Review) -> None:
    assert "without another question" in alice_client.get(address(review)).content.decode()

    configuration = {**review.run.configuration, "review": {**review.run.configuration["review"], "approvals": 2}}
    Run.objects.filter(pk=review.run_id).update(configuration=configuration)

    page = alice_client.get(address(review)).content.decode()
    assert "without another question" not in page
    assert "once enough others have approved" in page


def test_an_edit_of_a_decided_review_changes_nothing(alice_client: Client, review: Review) -> None:
    Review.objects.update(state=ReviewState.REJECTED, decided_at=review.requested_at)
    assert alice_client.get(address(review))["Location"] == review.get_absolute_url()
    response = alice_client.post(address(review), sent(**{"field-0-instructions": "New {{text}}"}), follow=True)
    assert "Somebody who has left rejected this" in response.content.decode()
    review.refresh_from_db()
    assert review.edited_content is None


def test_a_field_that_is_not_text_is_edited_as_json(alice_client: Client, review: Review) -> None:
    review.candidate.content = {"v": {"steps": ["read"], "examples": []}}
    review.candidate.save()
    review.run.events.all().delete()
    assert "steps" in alice_client.get(address(review)).content.decode().lower()
    assert alice_client.post(address(review), {"field-0-steps": "[broken"}).status_code == 422
    alice_client.post(address(review), {"field-0-steps": '["read", "think"]'})
    review.refresh_from_db()
    assert review.edited_content == {"v": {"steps": ["read", "think"], "examples": []}}


def test_others_cannot_edit(bob_client: Client, charlie_client: Client, review: Review) -> None:
    for client in (bob_client, charlie_client):
        assert client.get(address(review)).status_code == 404
        assert client.post(address(review), sent()).status_code == 404


def test_signed_out_people_cannot_edit(client: Client, review: Review) -> None:
    assert client.get(address(review))["Location"].startswith(reverse("accounts:sign-in"))
