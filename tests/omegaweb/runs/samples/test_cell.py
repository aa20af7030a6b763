"""The page of one cell: a candidate and a sample."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from omegaweb.accounts.models import User
from omegaweb.runs.models import JournalEntry, JournalPart, Run, SampleScore
from omegaweb.runs.samples.cell import cell_url
from tests.factories_runs import START
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


def add_call(run: Run, *, key: str, role: str = "task", **changes: Any) -> JournalEntry:
    values: dict[str, Any] = {
        "model": "openai/small",
        "context_key": "c",
        "schema_key": "s",
        "question": {"role": "user", "content": f"question {key}"},
        "settings": {"settings": {"temperature": 0.2}},
        "answer": {"text": f"answer {key}"},
        "calls": 1,
        "prompt_tokens": 1200,
        "completion_tokens": 34,
        "cost": 0.0012,
        "unpriced_calls": 0,
        "seconds": 0.5,
        "at": START,
    }
    return JournalEntry.objects.create(run=run, key=key, role=role, **{**values, **changes})


@pytest.fixture
def asked(run: Run) -> Run:
    """What the best did with the first sample took an answer and a judgement."""
    JournalPart.objects.create(run=run, key="c", value=[{"role": "system", "content": "Answer in one word."}])
    JournalPart.objects.create(run=run, key="s", value={"type": "object"})
    add_call(run, key="k1")
    add_call(run, key="k2", role="judge", cost=0.002)
    SampleScore.objects.filter(candidate__number=1, index=0).update(questions=["k1", "k2", "lost"])
    return run


def test_every_call_shows_the_exact_prompt_the_answer_and_what_it_took(alice_client: Client, asked) -> None:
    page = text_of(alice_client, asked, index=0, number=1)
    assert "2 calls of a model · 2,468 tokens · $0.0032 · 1.00 s" in page
    for text in ("Answer in one word.", "question k1", "answer k1", "question k2", "answer k2", "temperature", "0.2"):
        assert text in page
    assert page.index("question k1") < page.index("question k2")


def test_money_is_left_out_where_a_price_is_unknown(alice_client: Client, asked) -> None:
    JournalEntry.objects.update(unpriced_calls=1, cost=0)
    assert "$" not in text_of(alice_client, asked, index=0, number=1)


def test_a_score_without_calls_says_that_no_prompt_was_kept(alice_client: Client, asked) -> None:
    assert "No prompt was kept" in text_of(alice_client, asked, index=1, number=1)


def test_prompts_and_answers_are_escaped(alice_client: Client, asked) -> None:
    evil = "<script>alert(1)</script>"
    JournalEntry.objects.update(question={"role": evil, "content": [{"text": evil}]}, answer={"text": evil})
    assert evil not in text_of(alice_client, asked, index=0, number=1)


def test_the_journal_of_another_run_does_not_leak(alice: User, alice_client: Client, asked) -> None:
    other = grid_run(alice, name="Another")
    add_call(other, key="lost", question={"role": "user", "content": "secret"})
    assert "secret" not in text_of(alice_client, asked, index=0, number=1)


def test_queries_do_not_grow_with_the_calls(alice_client: Client, asked) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            text_of(alice_client, asked, index=0, number=1, HX_Target="cell-panel")
        return len(queries)

    count()
    few = count()
    keys = [add_call(asked, key=f"m{number}").key for number in range(10)]
    SampleScore.objects.filter(candidate__number=1, index=0).update(questions=keys)
    assert count() == few


def test_others_cannot_see_a_cell(bob_client: Client, charlie_client: Client, run) -> None:
    for client in (bob_client, charlie_client):
        assert client.get(cell_url(run.pk, "validation", 0, 1)).status_code == 404


def test_signed_out_people_are_sent_to_sign_in(client: Client, run) -> None:
    assert client.get(cell_url(run.pk, "validation", 0, 1)).status_code == 302
