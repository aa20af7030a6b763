"""The page of one review."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.reviews.models import Review, ReviewState
from tests.factories_runs import START, make_candidate, make_review, make_run, make_scores


@pytest.fixture
def reviews(alice: User) -> list[Review]:
    """Three that wait, in order."""
    run = make_run(alice)
    start = make_candidate(run)
    make_scores(start, [0, 1, 1])
    made = []
    for number in (1, 2, 3):
        candidate = make_candidate(
            run,
            number=number,
            instruction=f"Sort {number}: {{{{text}}}}",
            parents=[start],
            reasoning=f"Because {number}",
        )
        make_scores(candidate, [1, 0, 1])
        made.append(make_review(candidate))
    return made


def page_of(client: Client, review: Review, query: str = "", **headers: str) -> str:
    response = client.get(review.get_absolute_url() + query, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_difference_reasoning_and_where_results_differ(alice_client: Client, reviews) -> None:
    page = page_of(alice_client, reviews[0])
    assert "<ins>" in page
    assert "Because 1" in page
    assert page.count('<li class="sample') == 2


def test_all_results_are_one_click_away(alice_client: Client, reviews) -> None:
    assert page_of(alice_client, reviews[0], "?outcome=all").count('<li class="sample') == 3


def test_it_offers_to_approve_edit_and_reject_by_key_and_by_hand(alice_client: Client, reviews) -> None:
    page = page_of(alice_client, reviews[1])
    for key in ("a", "e", "r", "?"):
        assert f'data-key="{key}"' in page
    assert f'data-key="k" href="{reviews[0].get_absolute_url()}"' in page
    assert f'data-key="j" href="{reviews[2].get_absolute_url()}"' in page
    assert "2 of 3" in page
    assert 'id="shortcuts"' in page


def test_the_first_one_has_nothing_before_it(alice_client: Client, reviews) -> None:
    assert 'data-key="k"' not in page_of(alice_client, reviews[0])


def test_a_decided_one_shows_the_decision_and_no_buttons(alice: User, alice_client: Client, reviews) -> None:
    Review.objects.filter(pk=reviews[0].pk).update(
        state=ReviewState.REJECTED, reviewer=alice, reason="Too <b>long</b>.", decided_at=START
    )
    page = page_of(alice_client, reviews[0])
    assert "Too &lt;b&gt;long&lt;/b&gt;." in page
    assert f'action="{reverse("reviews:decide", args=[reviews[0].pk])}"' not in page


def test_a_withdrawn_one_says_why(alice_client: Client, reviews) -> None:
    Review.objects.update(state=ReviewState.WITHDRAWN)
    assert "The run ended before anybody decided." in page_of(alice_client, reviews[0])


def test_a_region_is_drawn_alone_when_htmx_asks_for_it(alice_client: Client, reviews) -> None:
    page = page_of(alice_client, reviews[0], HX_Request="true", HX_Target="candidate-samples")
    assert "<html" not in page
    assert 'id="candidate-samples"' in page


def test_others_cannot_see_it(bob_client: Client, charlie_client: Client, reviews) -> None:
    for client in (bob_client, charlie_client):
        assert client.get(reviews[0].get_absolute_url()).status_code == 404


def test_signed_out_people_are_sent_to_sign_in(client: Client, reviews) -> None:
    response = client.get(reviews[0].get_absolute_url())
    assert response["Location"].startswith(reverse("accounts:sign-in"))


def test_it_is_shown_beside_its_parent_on_the_rows_that_both_answered(alice_client: Client, reviews) -> None:
    parent, run = reviews[0].candidate, reviews[0].run
    child = make_candidate(run, number=4, instruction="Sort 4: {{text}}", parents=[parent])
    make_scores(child, [1, 1])
    page = page_of(alice_client, make_review(child))

    assert "#1 answered" in page
    assert "On 2 validation samples that both answered, this candidate fixed <strong>1</strong>" in page
    assert '<strong class="numeric">0.50</strong> before, <strong class="numeric">1.00</strong> now' in page
    assert "Start answered" in page_of(alice_client, child.review, "?beside=start")


def test_a_proposal_with_a_placeholder_that_names_nothing_is_warned_of(alice_client: Client, reviews) -> None:
    child = make_candidate(reviews[0].run, number=4, instruction="Sort {{text}} by {{colour}}.")
    page = page_of(alice_client, make_review(child))

    assert "{{colour}} names no input field" in page
    assert "names no input field" not in page_of(alice_client, reviews[0])
