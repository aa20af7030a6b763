"""The grid in a browser: only a window of it exists, keys move, cells open, news arrive."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from omegaweb.accounts.models import User
from omegaweb.engine import announcer
from omegaweb.runs.models import Run, SampleScore
from tests.omegaweb.runs.samples.grids import grid_run, large_grid

PATIENCE = 20_000  # milliseconds; the first page of a session takes its time on a busy machine


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5000)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label')"))


def test_only_what_can_be_seen_is_in_the_page_and_keys_reach_the_rest(alice_page: Page, alice: User) -> None:
    run, _ = large_grid(alice, rows=120, candidates=40)
    alice_page.goto(f"{run.get_absolute_url()}?tab=samples")
    grid = alice_page.get_by_role("grid", name="Samples")
    expect(alice_page.get_by_label("Sample 1, candidate 0: reward 0.00")).to_be_visible()
    assert grid.get_attribute("aria-rowcount") == "121"
    assert grid.get_attribute("aria-colcount") == "41"
    assert alice_page.locator(".grid-cell").count() < 120 * 40 / 3

    alice_page.get_by_label("Sample 1, candidate 0: reward 0.00").focus()
    alice_page.keyboard.press("ArrowRight")
    alice_page.keyboard.press("ArrowDown")
    assert focused(alice_page) == "Sample 2, candidate 1: reward 0.00"
    alice_page.keyboard.press("Control+End")
    expect(alice_page.get_by_label("Sample 120, candidate 39: reward 0.00")).to_be_focused()
    assert alice_page.locator('[role=grid] [tabindex="0"]').count() == 1

    alice_page.keyboard.press("Enter")
    expect(alice_page.locator("#cell-panel").get_by_text("Validation 120")).to_be_visible()
    alice_page.keyboard.press("Escape")
    assert focused(alice_page).startswith("Sample 120, candidate 39")

    alice_page.keyboard.press("m")
    expect(alice_page.get_by_role("button", name="Mark candidate 39")).to_have_attribute("aria-pressed", "true")
    assert "pinned=39" in alice_page.url


def test_new_scores_appear_by_themselves(alice_page: Page, alice: User) -> None:
    run = grid_run(alice)
    alice_page.goto(f"{run.get_absolute_url()}?tab=samples")
    expect(alice_page.get_by_label("Sample 6, candidate 1: not evaluated")).to_be_visible()
    expect(alice_page.locator("body")).to_have_attribute("data-live", "connected")

    SampleScore.objects.create(candidate=run.candidates.get(number=1), split="validation", index=5, reward=1, output={})
    Run.objects.filter(pk=run.pk).update(last_sequence=run.last_sequence + 1)
    announcer.announce(run.pk, project_id=run.project_id, sequence=run.last_sequence + 1)

    expect(alice_page.get_by_label("Sample 6, candidate 1: reward 1.00")).to_be_visible()


def test_a_mean_is_rounded_as_on_the_other_pages(alice_page: Page, alice: User) -> None:
    run = grid_run(alice)
    run.candidates.filter(number=1).update(reward=17 / 40, low=0.28496, high=0.575, count=40)
    alice_page.goto(f"{run.get_absolute_url()}?tab=samples")

    head = alice_page.locator(".grid-column.is-best a")
    expect(head).to_have_text("#10.43")
    expect(head).to_have_attribute("title", re.compile("mean reward 0.43, 95 % interval 0.28 to 0.58, n = 40"))


def test_an_address_can_name_a_cell(alice_page: Page, alice: User) -> None:
    run = grid_run(alice)
    alice_page.goto(f"{run.get_absolute_url()}?tab=samples&columns=all&row=3&candidate=2")
    expect(alice_page.get_by_label("Sample 3, candidate 2")).to_be_focused()
