"""The tab of a run with the grid: what leads to it."""

from __future__ import annotations

import pytest
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.runs.models import Run
from tests.omegaweb.runs.samples.grids import grid_run


@pytest.fixture
def run(alice: User) -> Run:
    return grid_run(alice)


def text_of(client: Client, run: Run, query: str = "", **headers: str) -> str:
    response = client.get(f"{run.get_absolute_url()}?tab=samples{query}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_the_tab_says_which_split_filter_order_and_columns_are_chosen(alice_client: Client, run) -> None:
    page = text_of(alice_client, run, "&split=test&rows=failed&order=hardest&columns=all")
    for chosen in ("grid-split-test", "grid-rows-failed", "grid-order-hardest", "grid-columns-all"):
        link = page[page.index(f'id="{chosen}"') :]
        assert 'aria-current="true"' in link[: link.index(">")]
    assert 'data-split="test"' in page


def test_a_choice_keeps_the_others_and_forgets_the_cell(alice_client: Client, run) -> None:
    page = text_of(alice_client, run, "&split=test&pinned=1&row=2&candidate=1")
    assert 'href="?tab=samples&amp;split=test&amp;pinned=1&amp;rows=failed"' in page


def test_nonsense_in_the_address_falls_back(alice_client: Client, run) -> None:
    assert 'data-split="validation"' in text_of(alice_client, run, "&split=x&rows=y&order=z&columns=w&pinned=-")


def test_the_part_is_drawn_alone_when_htmx_asks_for_it(alice_client: Client, run) -> None:
    part = text_of(alice_client, run, HX_Request="true", HX_Target="run-samples")
    assert 'id="sample-grid"' in part
    assert "<html" not in part


def test_without_scripts_the_page_says_where_answers_are(alice_client: Client, run) -> None:
    assert "<noscript>" in text_of(alice_client, run)
