"""The rows and columns of the grid."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.runs.models import Candidate, Run
from omegaweb.runs.samples.ranges import read_ranges
from tests.factories_runs import make_run
from tests.omegaweb.runs.samples.grids import grid_run, large_grid


@pytest.fixture
def run(alice: User) -> Run:
    return grid_run(alice)


def axes(client: Client, run: Run, **query: str) -> dict[str, Any]:
    response = client.get(reverse("runs:samples-axes", args=[run.pk]), query)
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


def rows(client: Client, run: Run, **query: str) -> list[int]:
    return read_ranges(axes(client, run, **query)["rows"], most=100)


def numbers(client: Client, run: Run, **query: str) -> list[int]:
    return [column[0] for column in axes(client, run, **query)["columns"]]


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ("all", [0, 1, 2, 3, 4, 5]),
        ("broken", [1]),
        ("mended", [2]),
        ("hard", [3, 4]),
        ("failed", [4]),
        ("?", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_filters_leave_the_rows_that_they_name(alice_client: Client, run, wanted, left) -> None:
    assert rows(alice_client, run, rows=wanted) == left


def test_each_filter_says_how_many_it_leaves(alice_client: Client, run) -> None:
    counts = axes(alice_client, run)["counts"]
    assert counts == {"all": 6, "broken": 1, "mended": 1, "hard": 2, "failed": 1}


def test_the_hardest_come_first_and_what_nobody_was_asked_last(alice_client: Client, run) -> None:
    assert rows(alice_client, run, order="hardest") == [4, 3, 1, 2, 5, 0]
    assert rows(alice_client, run, order="hardest", split="train") == [0, 1, 2]


def test_the_population_stands_by_rank_behind_the_start(alice_client: Client, run) -> None:
    assert numbers(alice_client, run) == [0, 1]


def test_all_candidates_stand_by_number(alice_client: Client, run) -> None:
    assert numbers(alice_client, run, columns="all") == [0, 1, 2]


def test_before_the_first_competition_all_are_shown(alice_client: Client, run) -> None:
    Candidate.objects.update(rank=None)
    assert numbers(alice_client, run) == [0, 1, 2]


def test_pinned_candidates_come_first_or_alone(alice_client: Client, run) -> None:
    assert numbers(alice_client, run, pinned="2,1") == [2, 1, 0]
    assert numbers(alice_client, run, pinned="2", columns="pinned") == [2]
    assert numbers(alice_client, run, columns="pinned") == []
    assert numbers(alice_client, run, pinned="99,x", columns="all") == [0, 1, 2]


def test_a_column_carries_its_mean_n_and_interval(alice_client: Client, run) -> None:
    shown = axes(alice_client, run)
    assert shown["columns"][1] == [1, 0.7, 4, 0.15, 0.85, 1]
    assert (shown["best"], shown["baseline"]) == (1, 0)


def test_filters_look_at_the_columns_that_are_shown(alice_client: Client, run) -> None:
    Candidate.objects.filter(number=2).update(rank=2)
    run.candidates.get(number=2).scores.filter(index=0).update(output=None)
    assert rows(alice_client, run, rows="failed") == [0, 4]
    assert rows(alice_client, run, rows="failed", columns="pinned", pinned="1") == [4]


def test_a_run_that_said_nothing_has_rows_and_no_columns(alice: User, alice_client: Client) -> None:
    shown = axes(alice_client, make_run(alice))
    assert shown["columns"] == []
    assert shown["best"] is None
    assert shown["rows"] == "0-3"


def test_nothing_is_broken_while_the_start_leads(alice_client: Client, run) -> None:
    Run.objects.update(best=run.baseline)
    assert axes(alice_client, run)["counts"]["broken"] == 0


def test_others_cannot_see_the_axes(bob_client: Client, charlie_client: Client, run) -> None:
    for client in (bob_client, charlie_client):
        assert client.get(reverse("runs:samples-axes", args=[run.pk])).status_code == 404


def test_signed_out_people_are_sent_to_sign_in(client: Client, run) -> None:
    assert client.get(reverse("runs:samples-axes", args=[run.pk])).status_code == 302


def test_queries_do_not_grow_with_the_run(alice: User, alice_client: Client, django_assert_max_num_queries) -> None:
    run, _ = large_grid(alice, rows=30, candidates=20)
    with django_assert_max_num_queries(9):
        assert len(numbers(alice_client, run, rows="hard", order="hardest")) == 20
