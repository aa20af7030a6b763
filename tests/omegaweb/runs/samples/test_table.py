"""The grid as a plain table: it needs no script."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.runs.models import Run
from tests.omegaweb.runs.samples.grids import grid_run, large_grid


@pytest.fixture
def run(alice: User) -> Run:
    return grid_run(alice)


def shown(client: Client, run: Run, query: str = "") -> str:
    page = client.get(f"{run.get_absolute_url()}?tab=samples&table=1{query}").content.decode()
    return page[page.index('id="run-samples"') :].partition("</section>")[0]


def cells(table: str) -> list[list[str]]:
    """The words of the cells, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL)
    return [re.findall(r'visually-hidden">(.*?)</span></a></td>', row) for row in rows]


def test_what_was_not_evaluated_differs_from_what_failed(alice_client: Client, run: Run) -> None:
    table = shown(alice_client, run)
    assert cells(table)[4:] == [["reward 0.00", "failed"], ["reward 0.50", "not evaluated"]]
    assert f'href="/runs/{run.pk}/samples/validation/2/candidates/1/"' in table
    assert "sample-grid" not in table


def test_a_reward_is_rounded_as_on_the_other_pages(alice_client: Client, run: Run) -> None:
    run.candidates.get(number=1).scores.filter(index=3).update(reward=17 / 40)
    table = shown(alice_client, run)
    assert "reward 0.43" in table
    assert ">.43<" in table


def test_filters_count_and_leave_the_rows_that_they_name(alice_client: Client, run: Run) -> None:
    table = shown(alice_client, run, "&rows=broken")
    assert cells(table) == [["reward 1.00", "reward 0.00"]]
    assert re.search(r'data-count="hard">2<', table)


def test_a_candidate_is_marked_and_unmarked_by_its_link(alice_client: Client, run: Run) -> None:
    assert "table=1&amp;pinned=0%2C2" in shown(alice_client, run, "&pinned=0&columns=all")
    pinned = shown(alice_client, run, "&pinned=2&columns=pinned")
    assert cells(pinned)[0] == ["reward 0.00"]
    assert "Unmark" in pinned


def test_a_large_grid_comes_in_pages_of_rows_and_of_columns(alice: User, alice_client: Client) -> None:
    run, _ = large_grid(alice, rows=60, candidates=15)
    first = cells(shown(alice_client, run))
    assert (len(first), len(first[0])) == (50, 12)
    last = shown(alice_client, run, "&page=2&columns_page=2")
    assert (len(cells(last)), len(cells(last)[0])) == (10, 3)
    assert "Samples 51–60 of 60, candidates 13–15 of 15" in last


@pytest.mark.parametrize(
    ("query", "said"), [("&columns=pinned", "No candidate is marked"), ("&split=test&rows=failed", "No sample is like")]
)
def test_what_is_empty_says_why(alice_client: Client, run: Run, query: str, said: str) -> None:
    assert said in shown(alice_client, run, query)


def test_without_scripts_the_grid_leads_there(alice_client: Client, run: Run) -> None:
    page = alice_client.get(f"{run.get_absolute_url()}?tab=samples&rows=hard").content.decode()
    hint = page[page.index("<noscript>") :].partition("</noscript>")[0]
    assert "?tab=samples&amp;rows=hard&amp;table=1" in hint


def test_others_cannot(bob_client: Client, run: Run) -> None:
    assert bob_client.get(f"{run.get_absolute_url()}?tab=samples&table=1").status_code == 404
