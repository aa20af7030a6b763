"""The page of one cell: a candidate and a sample."""

from __future__ import annotations

import pytest
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.runs.models import Run, SampleScore
from omegaweb.runs.samples.cell import cell_url
from tests.omegaweb.runs.samples.grids import grid_run


@pytest.fixture
def run(alice: User) -> Run:
    return grid_run(alice)


def text_of(client: Client, run: Run, *, index: int, number: int, query: str = "", **headers: str) -> str:
    response = client.get(cell_url(run.pk, "validation", index, number) + query, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_input_target_answer_and_the_starts_answer_beside_it(alice_client: Client, run) -> None:
    page = text_of(alice_client, run, index=1, number=1)
    assert "Validation 2, candidate #1" in page
    assert "ticket 4" in page
    assert "reward 0.00" in page
    assert page.index("Candidate 1") < page.index("Candidate 0")
    assert "reward 1.00" in page


def test_failure_and_not_evaluated_are_told_apart(alice_client: Client, run) -> None:
    failed = text_of(alice_client, run, index=4, number=1)
    assert "failed</span>" in failed
    assert "no answer in time" in failed
    assert "not evaluated" not in failed
    assert "not evaluated" in text_of(alice_client, run, index=5, number=1)


def test_any_candidate_can_stand_beside_it(alice_client: Client, run) -> None:
    page = text_of(alice_client, run, index=0, number=1, query="?against=2")
    assert "Candidate 2" in page
    assert "Candidate 0" not in page
    assert "Candidate 0" in text_of(alice_client, run, index=0, number=1, query="?against=nobody")


def test_the_start_stands_alone(alice_client: Client, run) -> None:
    assert text_of(alice_client, run, index=0, number=0).count("cell-answer") == 1


def test_its_neighbours_are_one_click_away_and_keep_who_is_beside(alice_client: Client, run) -> None:
    page = text_of(alice_client, run, index=2, number=1, query="?against=2")
    assert f'href="{cell_url(run.pk, "validation", 1, 1)}?against=2"' in page
    assert f'href="{cell_url(run.pk, "validation", 3, 1)}?against=2"' in page
    assert 'rel="prev"' not in text_of(alice_client, run, index=0, number=1)
    assert 'rel="next"' not in text_of(alice_client, run, index=5, number=1)


def test_the_grid_takes_it_without_the_page_around(alice_client: Client, run) -> None:
    part = text_of(alice_client, run, index=1, number=1, HX_Request="true", HX_Target="cell-panel")
    assert 'id="cell"' in part
    assert "<html" not in part


def test_texts_of_people_and_models_are_escaped(alice_client: Client, run) -> None:
    evil = "<script>alert(1)</script>"
    SampleScore.objects.update(output={evil: evil}, feedback=evil, error=evil)
    page = text_of(alice_client, run, index=0, number=1)
    assert evil not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("split", "index", "number"), [("validation", 6, 1), ("validation", -1, 1), ("x", 0, 1), ("test", 0, 9)]
)
def test_what_is_not_there_is_not_found(alice_client: Client, run, split, index, number) -> None:
    assert alice_client.get(cell_url(run.pk, split, index, number)).status_code == 404


def test_others_cannot_see_a_cell(bob_client: Client, charlie_client: Client, run) -> None:
    for client in (bob_client, charlie_client):
        assert client.get(cell_url(run.pk, "validation", 0, 1)).status_code == 404


def test_signed_out_people_are_sent_to_sign_in(client: Client, run) -> None:
    assert client.get(cell_url(run.pk, "validation", 0, 1)).status_code == 302
