"""Where each sentence of a candidate comes from, and on what evidence."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.runs.blame import blame_of
from omegaweb.runs.models import CandidateState, Run
from tests.factories_runs import make_candidate, make_run, make_scores

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(alice) -> Run:
    """#1 adds a sentence, the step #2 rewords it, #3 adds an example, #4 adds another sentence beside what #1 says."""
    run = make_run(alice)
    start = make_candidate(run, instruction="Read {{text}}.")
    make_scores(start, [0.0, 1.0], split="train")
    one = make_candidate(
        run,
        number=1,
        instruction="Read {{text}}. Answer with the name of the team.",
        parents=(start,),
        reasoning="It <b>never</b> said what to answer.",
        evidence=["train-1", "train-0", "validation-0"],
    )
    step = make_candidate(
        run,
        number=2,
        instruction="Read {{text}}. Answer with the name of the team alone.",
        parents=(one,),
        state=CandidateState.STEP,
    )
    three = make_candidate(
        run,
        number=3,
        instruction="Read {{text}}. Answer with the name of the team alone.",
        examples=[("late bill", "billing")],
        parents=(step,),
        operator="few_shot",
    )
    four = make_candidate(run, number=4, instruction="Read {{text}}. Think of refunds first.", parents=(start,))
    make_candidate(
        run,
        number=5,
        instruction="Read {{text}}. Think of refunds first. Answer with the name of the team alone.",
        examples=[("late bill", "billing")],
        parents=(three, four),
        operator="crossover",
    )
    return run


def told(run: Run, number: int) -> list[tuple[str, int, list[int]]]:
    view = blame_of(run.candidates.get(number=number))
    blames = [blame for pieces in view.fields.values() for blame in pieces]
    return [(blame.piece.text[:14], blame.since.number, [one.number for one in blame.reworded]) for blame in blames]


def page_of(client, run, number=5) -> str:
    response = client.get(reverse("runs:blame", args=[run.pk, number]))
    assert response.status_code == 200
    return str(response.content.decode())


def test_each_piece_is_followed_to_who_brought_it_in(run):
    assert told(run, 5) == [
        ("Read {{text}}.", 0, []),
        ("Think of refun", 4, []),
        ("Answer with th", 1, [2]),
        ('{"inputs": {"t', 3, []),
    ]


def test_the_start_brought_in_all_it_says(run):
    assert told(run, 0) == [("Read {{text}}.", 0, [])]


def test_the_steps_are_those_that_are_named(run):
    assert [step.candidate.number for step in blame_of(run.candidates.get(number=5)).steps] == [4, 3, 2, 1, 0]


def test_the_evidence_is_training_rows_with_what_the_parent_earned(run):
    (step,) = [step for step in blame_of(run.candidates.get(number=1)).steps if step.candidate.number == 1]

    assert [(row.index, row.reward) for row in step.evidence] == [(1, 1.0), (0, 0.0)]
    assert step.evidence[0].inputs[0].text == "ticket 1"


def test_the_page_tells_it_and_escapes_what_a_model_wrote(alice_client, run):
    page = page_of(alice_client, run)

    assert "reworded in" in page
    assert 'href="#step-1"' in page
    assert 'id="step-1"' in page
    assert "It &lt;b&gt;never&lt;/b&gt; said" in page
    assert "The training rows it was shown" in page


def test_the_page_of_a_candidate_links_it_and_its_evidence(alice_client, run):
    page = alice_client.get(run.candidates.get(number=1).get_absolute_url()).content.decode()
    assert f"{reverse('runs:blame', args=[run.pk, 1])}#step-1" in page


def test_the_number_of_queries_does_not_grow_with_the_ancestors(run, django_assert_max_num_queries):
    candidate = run.candidates.select_related("run__dataset_version__table").get(number=5)
    with django_assert_max_num_queries(12):
        blame_of(candidate)


def test_others_may_not_see_it(run, bob_client, charlie_client):
    url = reverse("runs:blame", args=[run.pk, 5])
    for client in (bob_client, charlie_client):
        assert client.get(url).status_code == 404
    assert Client().get(url).status_code == 302


def test_nobody_is_not_found(alice_client, run):
    assert alice_client.get(reverse("runs:blame", args=[run.pk, 77])).status_code == 404
