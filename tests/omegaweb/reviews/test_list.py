"""The queue of reviews, and finishing a run without the open ones."""

from __future__ import annotations

from datetime import timedelta

from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.reviews.models import LEFT_OUT, Review, ReviewState
from omegaweb.runs.models import CandidateState, Run, RunState
from tests.factories_runs import START, make_candidate, make_program, make_review, make_run, make_version


def waiting(run: Run, number: int = 1, minutes: int = 0) -> Review:
    parent = run.candidates.filter(number=0).first() or make_candidate(run)
    candidate = make_candidate(run, number=number, instruction=f"Text {number}", parents=[parent], reward=0.75)
    return make_review(candidate, requested_at=START + timedelta(minutes=minutes))


def test_what_waits_is_listed_over_all_runs_oldest_first(alice: User, alice_client: Client) -> None:
    late = waiting(make_run(alice, name="First run"), minutes=9)
    early = waiting(make_run(alice, name="Second run"), minutes=2)
    page = alice_client.get(reverse("reviews:list")).content.decode()
    assert page.index(early.get_absolute_url()) < page.index(late.get_absolute_url())
    assert "First run" in page
    assert "Second run" in page
    assert "0.75" in page
    assert "n = 4" in page


def test_decided_ones_are_in_a_second_tab(alice: User, alice_client: Client) -> None:
    review = waiting(make_run(alice))
    Review.objects.update(state=ReviewState.REJECTED, reviewer=alice, reason="Too long.", decided_at=START)
    assert "Nothing waits for you" in alice_client.get(reverse("reviews:list")).content.decode()
    page = alice_client.get(reverse("reviews:list"), {"show": "decided"}).content.decode()
    assert review.get_absolute_url() in page
    assert "Too long." in page


def test_an_empty_second_tab_says_so(alice_client: Client) -> None:
    page = alice_client.get(reverse("reviews:list"), {"show": "decided"}).content.decode()
    assert "Nothing is decided yet" in page


def test_others_see_only_their_own(alice: User, bob: User, bob_client: Client, charlie_client: Client) -> None:
    waiting(make_run(alice, name="Alice's run"))
    waiting(make_run(bob, name="Bob's run"))
    page = bob_client.get(reverse("reviews:list")).content.decode()
    assert "Alice" not in page
    assert "Bob&#x27;s run" in page
    assert "Nothing waits for you" in charlie_client.get(reverse("reviews:list")).content.decode()


def test_signed_out_people_are_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get(reverse("reviews:list"))["Location"].startswith(reverse("accounts:sign-in"))


def test_the_list_needs_few_queries_however_long_it_is(
    alice: User, alice_client, django_assert_max_num_queries
) -> None:
    run = make_run(alice)
    for number in range(1, 13):
        waiting(run, number=number)
    with django_assert_max_num_queries(13):
        alice_client.get(reverse("reviews:list"))


def test_a_rewrite_stands_beside_what_it_was_rewritten_from(alice: User, alice_client: Client) -> None:
    run = make_run(alice)
    start = make_candidate(run)
    step = make_candidate(run, number=1, instruction="A step", state=CandidateState.STEP, parents=[start])
    make_review(make_candidate(run, number=2, instruction="Whole", parents=[step]))
    page = alice_client.get(reverse("reviews:list")).content.decode()
    assert f'<a href="{start.get_absolute_url()}">#0</a>' in page
    assert step.get_absolute_url() not in page


def test_the_badge_counts_what_waits_for_this_person_and_is_empty_for_others(alice: User, bob: User) -> None:
    run = make_run(alice)
    waiting(run, number=1)
    decided = waiting(run, number=2)
    Review.objects.filter(pk=decided.pk).update(state=ReviewState.APPROVED)
    assert render_to_string("partials/reviews/badge.html", {"user": alice}).startswith("1")
    assert render_to_string("partials/reviews/badge.html", {"user": bob}) == ""


def held_run(owner: User, name: str = "Held") -> Run:
    version, program = make_version(owner), make_program(owner, name=f"P {name}")
    run = make_run(owner, name=name, version=version, program=program, state=RunState.WAITING)
    waiting(run, number=1)
    waiting(run, number=2)
    return run


def test_a_run_that_only_waits_for_reviews_offers_to_finish_without_them(alice: User, alice_client: Client) -> None:
    run = held_run(alice)
    address = reverse("reviews:leave-out", args=[run.pk])
    for page in (reverse("reviews:list"), run.reviews.all()[0].get_absolute_url()):
        text = alice_client.get(page).content.decode()
        assert "waits for 2 reviews" in text
        assert f'action="{address}"' in text


def test_a_run_that_still_searches_does_not_offer_it(alice: User, alice_client: Client) -> None:
    waiting(make_run(alice))
    assert "Finish without" not in alice_client.get(reverse("reviews:list")).content.decode()


def test_finishing_without_them_leaves_the_open_ones_out_and_no_others(alice: User, alice_client: Client) -> None:
    run, other = held_run(alice), held_run(alice, name="Other")
    first = run.reviews.all()[0]
    Review.objects.filter(pk=first.pk).update(state=ReviewState.APPROVED, reviewer=alice, decided_at=START)
    response = alice_client.post(reverse("reviews:leave-out", args=[run.pk]))
    assert response["Location"] == run.get_absolute_url()
    states = list(run.reviews.order_by("pk").values_list("state", "reason"))
    assert states == [(ReviewState.APPROVED, ""), (ReviewState.LEFT_OUT, LEFT_OUT)]
    assert other.reviews.pending().count() == 2


def test_a_run_that_still_searches_is_not_cut_short(alice: User, alice_client: Client) -> None:
    run = make_run(alice)
    waiting(run)
    alice_client.post(reverse("reviews:leave-out", args=[run.pk]))
    assert run.reviews.pending().count() == 1


def test_others_and_signed_out_people_cannot_finish_a_run(alice: User, bob_client, charlie_client, client) -> None:
    run = held_run(alice)
    address = reverse("reviews:leave-out", args=[run.pk])
    assert bob_client.post(address).status_code == 404
    assert charlie_client.post(address).status_code == 404
    assert client.post(address)["Location"].startswith(reverse("accounts:sign-in"))
    assert run.reviews.pending().count() == 2
