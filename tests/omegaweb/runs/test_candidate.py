"""The page of a candidate."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.runs.models import Candidate, CandidateState, SampleScore
from tests.factories_runs import make_candidate, make_review, make_run, make_scores, make_version


@pytest.fixture
def family(alice: User) -> list[Candidate]:
    """The start, its child and its grandchild."""
    run = make_run(alice, version=make_version(alice, splits="t" + "v" * 30 + "s" * 4))
    start = make_candidate(run)
    child = make_candidate(
        run,
        number=1,
        instruction="Sort it: {{text}}",
        examples=[("a", "billing")],
        parents=[start],
        operator="few_shot",
    )
    grandchild = make_candidate(
        run,
        number=2,
        instruction="Sort it well: {{text}}",
        examples=[("a", "billing"), ("b", "technical")],
        parents=[child],
        reasoning="The parent is too short.",
        rank=1,
        fate="fittest",
    )
    return [start, child, grandchild]


def text_of(client: Client, candidate: Candidate, query: str = "", **headers: str) -> str:
    response = client.get(candidate.get_absolute_url() + query, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_owners_see_reward_interval_rank_reasons_origin_and_children(alice_client: Client, family) -> None:
    page = text_of(alice_client, family[2])
    assert "Candidate #2" in page
    assert "95 % interval 0.15 to 0.85, n = 4" in page
    assert "Kept because nothing is fitter." in page
    assert "The parent is too short." in page
    assert f'href="{family[1].get_absolute_url()}"' in page
    assert f'href="{family[2].get_absolute_url()}"' in text_of(alice_client, family[1])


def test_others_cannot_see_a_candidate(bob_client: Client, charlie_client: Client, family) -> None:
    for client in (bob_client, charlie_client):
        assert client.get(family[1].get_absolute_url()).status_code == 404


def test_signed_out_people_are_sent_to_sign_in(client: Client, family) -> None:
    response = client.get(family[1].get_absolute_url())
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:sign-in"))


def test_an_unknown_number_is_not_found(alice_client: Client, family) -> None:
    assert alice_client.get(reverse("runs:candidate", args=[family[0].run_id, 99])).status_code == 404


def test_the_first_difference_is_the_one_to_the_parent(alice_client: Client, family) -> None:
    page = text_of(alice_client, family[2])
    assert "Sort it<ins> well</ins>: {{text}}" in page
    assert "1 added" in page
    assert "1 unchanged" in page


def test_the_difference_to_the_start_is_one_click_away(alice_client: Client, family) -> None:
    assert "<del>Say which team should answer" in text_of(alice_client, family[2], "?show=start")


def test_both_texts_stand_side_by_side_when_asked(alice_client: Client, family) -> None:
    page = text_of(alice_client, family[2], "?layout=side")
    assert '<th scope="col">#1</th><th scope="col">#2</th>' in page


def test_the_layout_is_kept_for_the_next_page(alice_client: Client, family) -> None:
    text_of(alice_client, family[2], "?layout=side")
    assert "diff-sides" in text_of(alice_client, family[1])
    text_of(alice_client, family[2], "?layout=inline")
    assert "diff-sides" not in text_of(alice_client, family[1])


def test_any_candidate_of_the_run_can_be_compared_with(alice_client: Client, family) -> None:
    other = make_candidate(family[0].run, number=9, instruction="Do something else")
    page = text_of(alice_client, family[2], f"?against={other.number}")
    assert "Against #9" in page
    assert "From <strong>#9</strong> to <strong>#2</strong>" in page
    assert "2 examples added" in page


def test_the_sides_can_be_swapped(alice_client: Client, family) -> None:
    assert "From <strong>#1</strong> to <strong>#2</strong>: 1 example added, 1 word added." in text_of(
        alice_client, family[2]
    )
    swapped = text_of(alice_client, family[2], "?swap=1")
    assert "From <strong>#2</strong> to <strong>#1</strong>: 1 example removed, 1 word removed." in swapped
    assert "Sort it<del> well</del>" in swapped


@pytest.mark.parametrize(
    ("against", "words"),
    [("99", "is no candidate of this run"), ("<b>", "&lt;b&gt;” is no candidate"), ("2", "this candidate itself")],
)
def test_whom_it_cannot_be_compared_with_is_said(alice_client: Client, family, against: str, words: str) -> None:
    page = text_of(alice_client, family[2], f"?against={against}")
    assert words in page
    assert "Against parent #1" in page


def test_a_candidate_of_another_run_is_not_compared_with(alice: User, alice_client: Client, family) -> None:
    make_candidate(make_run(alice, name="Another"), number=50, instruction="secret")
    assert "secret" not in text_of(alice_client, family[2], "?against=50")


def test_comparing_keeps_the_rest_of_the_address(alice_client: Client, family) -> None:
    page = text_of(alice_client, family[2], "?beside=start&against=0")
    assert '<input type="hidden" name="beside" value="start">' in page
    assert 'name="against" value="0"' in page


def test_the_full_text_and_its_examples_can_be_read_without_a_difference(alice_client: Client, family) -> None:
    page = text_of(alice_client, family[2], "?show=text")
    assert "Sort it well: {{text}}</code>" in page
    assert '<th scope="col">label</th>' in page
    assert "<ins>" not in page


def test_the_start_has_no_difference(alice_client: Client, family) -> None:
    page = text_of(alice_client, family[0])
    assert "What it says" in page
    assert "diff-summary" not in page


def test_equal_texts_say_so(alice_client: Client, family) -> None:
    twin = make_candidate(family[0].run, number=3, parents=[family[0]])
    assert "No difference" in text_of(alice_client, twin)


def test_nonsense_in_the_address_falls_back_to_what_is_there(alice_client: Client, family) -> None:
    make_scores(family[2], [1, 0])
    query = "?show=77&layout=x&beside=99&split=nowhere&page=many"
    page = text_of(alice_client, family[2], query)
    assert "Against parent #1" in page
    assert "No sample is like that." in text_of(alice_client, family[2], "?outcome=weird")


def test_texts_of_people_and_models_are_escaped(alice_client: Client, family) -> None:
    evil = "<script>alert(1)</script>"
    run = family[0].run
    candidate = make_candidate(
        run, number=4, instruction=evil, examples=[(evil, evil)], parents=[family[1]], reasoning=evil
    )
    SampleScore.objects.create(
        candidate=candidate, split="validation", index=0, reward=1, output={evil: evil}, feedback=evil
    )
    SampleScore.objects.create(candidate=candidate, split="validation", index=1, reward=0, error=evil)
    for query in ("", "?show=text", "?layout=side"):
        page = text_of(alice_client, candidate, query)
        assert evil not in page
        assert "&lt;script&gt;" in page


def test_samples_stand_beside_those_of_the_start(alice_client: Client, family) -> None:
    make_scores(family[0], [0, 1, 1, 0])
    make_scores(family[2], [1, 0, 1, 0])
    page = text_of(alice_client, family[2])
    assert "this candidate fixed <strong>1</strong> and broke <strong>1</strong>" in page
    assert "ticket 1" in page
    only_fixed = text_of(alice_client, family[2], "?outcome=fixed")
    assert only_fixed.count('<li class="sample') == 1


def test_samples_can_stand_beside_those_of_the_parent(alice_client: Client, family) -> None:
    make_scores(family[0], [0, 0])
    make_scores(family[1], [1, 1])
    make_scores(family[2], [1, 0])
    assert "fixed <strong>1</strong> and broke <strong>0</strong>" in text_of(alice_client, family[2])
    assert "fixed <strong>0</strong> and broke <strong>1</strong>" in text_of(alice_client, family[2], "?beside=1")


def test_a_failed_sample_is_told_apart_from_one_that_was_never_evaluated(alice_client: Client, family) -> None:
    SampleScore.objects.create(candidate=family[2], split="validation", index=0, reward=0, error="no answer in time")
    page = text_of(alice_client, family[2], "?outcome=failed")
    assert "no answer in time" in page
    assert "Failed" in page
    missing = text_of(alice_client, family[2], "?outcome=not_evaluated")
    assert "Not evaluated" in missing
    assert "no answer in time" not in missing


def test_long_lists_of_samples_are_paginated_and_keep_their_filter(alice_client: Client, family) -> None:
    make_scores(family[2], [1] * 25)
    page = text_of(alice_client, family[2], "?outcome=good")
    assert page.count('<li class="sample') == 20
    assert "outcome=good&amp;page=2" in page
    assert text_of(alice_client, family[2], "?outcome=good&page=2").count('<li class="sample') == 5


def test_a_candidate_without_scores_says_so(alice_client: Client, family) -> None:
    Candidate.objects.filter(pk=family[2].pk).update(state=CandidateState.PROPOSED, reward=None, count=0)
    page = text_of(alice_client, family[2])
    assert "Not evaluated yet" in page
    assert "not scored yet" in page


@pytest.mark.parametrize(
    ("target", "shown", "left_out"),
    [
        ("candidate-changes", 'id="candidate-changes"', 'id="candidate-samples"'),
        ("candidate-samples", 'id="candidate-samples"', 'id="candidate-changes"'),
    ],
)
def test_a_region_is_drawn_alone_when_htmx_asks_for_it(alice_client, family, target, shown, left_out) -> None:
    page = text_of(alice_client, family[2], HX_Request="true", HX_Target=target)
    assert shown in page
    assert left_out not in page
    assert "<html" not in page


def test_arrows_lead_to_the_neighbours_over_missing_numbers(alice_client: Client, family) -> None:
    run = family[0].run
    make_candidate(run, number=7)
    page = text_of(alice_client, family[2])
    assert f'data-key="ArrowLeft" href="{reverse("runs:candidate", args=[run.pk, 1])}"' in page
    assert f'data-key="ArrowRight" href="{reverse("runs:candidate", args=[run.pk, 7])}"' in page
    assert "ArrowLeft" not in text_of(alice_client, family[0])


def test_a_waiting_candidate_leads_to_its_review(alice_client: Client, family) -> None:
    review = make_review(family[2])
    assert f'href="{review.get_absolute_url()}">Review it now' in text_of(alice_client, family[2])


@pytest.mark.parametrize(
    ("fate", "words"),
    [
        ("dominated", "Dropped because #1 is fitter and much like it (0.03 away)."),
        ("truncated", "Dropped because the population is full and #1 is fitter (0.03 away)."),
        ("clone", "Dropped because it says the same as #1 (0.03 away)."),
        ("unheard of", "It was dropped."),
    ],
)
def test_why_it_was_dropped_is_said_in_words(alice_client: Client, family, fate: str, words: str) -> None:
    Candidate.objects.filter(pk=family[2].pk).update(
        state=CandidateState.DROPPED, fate=fate, fate_by=family[1], fate_distance=0.03
    )
    assert words in text_of(alice_client, family[2])


def test_whose_place_the_end_of_the_run_left_open_was_not_dropped(alice_client: Client, family) -> None:
    Candidate.objects.filter(pk=family[2].pk).update(state=CandidateState.DROPPED, fate="run_ended", rank=None)
    page = text_of(alice_client, family[2])
    assert "nothing was decided about its place" in page
    assert '<span class="badge">Place not decided</span>' in page
    Candidate.objects.filter(pk=family[2].pk).update(reward=None, count=0)
    assert "Given up because the run ended." in text_of(alice_client, family[2])


def test_the_mean_of_a_lost_race_says_which_rows_it_stands_on(alice_client: Client, family) -> None:
    words = "a race asks first what the parent failed on"
    assert words not in text_of(alice_client, family[2])
    Candidate.objects.filter(pk=family[2].pk).update(state=CandidateState.DROPPED, fate="fell_behind")
    assert words in text_of(alice_client, family[2])


def test_only_the_first_of_the_rank_has_nothing_fitter(alice_client: Client, family) -> None:
    assert "nothing is fitter<" in text_of(alice_client, family[2])
    Candidate.objects.filter(pk=family[2].pk).update(rank=2, fate="ranked")
    assert "nothing is fitter<" not in text_of(alice_client, family[2])


def test_the_page_needs_few_queries_however_many_samples_there_are(
    alice_client: Client, family, django_assert_max_num_queries
) -> None:
    for candidate in family:
        make_scores(candidate, [1] * 30)
    with django_assert_max_num_queries(32):
        text_of(alice_client, family[2])
