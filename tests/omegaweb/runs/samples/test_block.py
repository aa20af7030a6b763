"""A part of the grid."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.datasets.models import TableRow
from omegaweb.runs.models import Run
from tests.omegaweb.runs.samples.grids import grid_run, large_grid


@pytest.fixture
def run(alice: User) -> Run:
    return grid_run(alice)


def block(client: Client, run: Run, *, status: int = 200, **query: str) -> dict[str, Any]:
    asked = {"split": "validation", "rows": "0-5", "columns": "0-2", **query}
    response = client.get(reverse("runs:samples-block", args=[run.pk]), asked)
    assert response.status_code == status
    answer: dict[str, Any] = response.json()
    return answer


def test_reward_failure_and_not_evaluated_are_told_apart(alice_client: Client, run) -> None:
    assert block(alice_client, run)["cells"] == [
        [1.0, 1.0, 0.0],
        [1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
        [0.0, 0.4, None],
        [0.0, "!", None],
        [0.5, None, None],
    ]


def test_cells_come_in_the_order_they_are_asked_for(alice_client: Client, run) -> None:
    assert block(alice_client, run, rows="4,2", columns="2,1")["cells"] == [[None, "!"], [0.0, 1.0]]


def test_a_row_has_its_number_in_the_table_and_the_beginning_of_its_texts(alice_client: Client, run) -> None:
    assert block(alice_client, run)["heads"][0] == [4, "ticket 3", "technical"]
    row = TableRow.objects.get(table=run.dataset_version.table, position=3)
    row.values = ["many\n\nwords " * 500, "x" * 500]
    row.save()
    _, text, target = block(alice_client, run)["heads"][0]
    assert text.startswith("many words many")
    assert (len(text), len(target)) == (120, 40)


def test_what_is_not_there_is_empty(alice_client: Client, run) -> None:
    assert block(alice_client, run, rows="77", columns="99") == {"heads": [[None, "", ""]], "cells": [[None]]}
    assert block(alice_client, run, rows="", columns="") == {"heads": [], "cells": []}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"split": "holdout"}, "none of validation, test, train"),
        ({"rows": "a"}, "no number or range"),
        ({"columns": "0-100"}, "more than 100"),
    ],
)
def test_bad_questions_are_refused_with_the_reason(alice_client: Client, run, query, words) -> None:
    assert words in block(alice_client, run, status=400, **query)["error"]


def test_cells_of_another_run_do_not_leak(alice: User, alice_client: Client, run) -> None:
    other = grid_run(alice, name="Another")
    other.candidates.filter(number=2).delete()
    assert block(alice_client, other, columns="2")["cells"][0] == [None]


def test_others_cannot_see_a_block(bob_client: Client, charlie_client: Client, run) -> None:
    for client in (bob_client, charlie_client):
        assert client.get(reverse("runs:samples-block", args=[run.pk])).status_code == 404


def test_signed_out_people_are_sent_to_sign_in(client: Client, run) -> None:
    assert client.get(reverse("runs:samples-block", args=[run.pk])).status_code == 302


def test_a_block_is_small_and_takes_few_queries(
    alice: User, alice_client: Client, django_assert_max_num_queries
) -> None:
    run, _ = large_grid(alice, rows=40, candidates=24)
    with django_assert_max_num_queries(6):
        response = alice_client.get(
            reverse("runs:samples-block", args=[run.pk]), {"split": "validation", "rows": "0-39", "columns": "0-23"}
        )
    assert len(response.content) < 15_000
