"""The buttons and dialogs by which people steer a run, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from omegaweb.accounts.models import User
from omegaweb.runs.models import Run
from tests.factories_runs import make_run

SLOW = 20_000  # milliseconds that a loaded machine may need


@pytest.fixture
def run(alice: User) -> Run:
    run = make_run(alice, left={"calls": 170})
    run.configuration["budget"] = {"calls": 170, "tokens": None, "cost": None, "minutes": None}
    run.save()
    return run


def test_the_dialog_for_more_budget_says_what_is_left_when_it_is_opened(alice_page: Page, run: Run):
    page = alice_page
    page.goto(run.get_absolute_url())
    dialog = page.get_by_role("dialog", name="Extend the budget")
    Run.objects.filter(pk=run.pk).update(left={"calls": 135})

    page.get_by_role("link", name="Extend budget").click()
    expect(dialog.get_by_text("135 of 170 calls left")).to_be_visible(timeout=SLOW)

    dialog.get_by_label("More calls").fill("40")
    Run.objects.filter(pk=run.pk).update(left={"calls": 120})
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("link", name="Extend budget").click()
    expect(dialog.get_by_text("120 of 170 calls left")).to_be_visible(timeout=SLOW)
    expect(dialog.get_by_label("More calls")).to_have_value("40")


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omegaweb.engine.launcher.launcher.fill", lambda: None)


@pytest.mark.usefixtures("no_threads")
def test_after_a_button_did_its_work_the_keyboard_is_still_among_the_buttons(alice_page: Page, run: Run):
    page = alice_page
    page.goto(run.get_absolute_url())
    first = page.locator("#run-actions").get_by_role("link").first

    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pausing")).to_be_visible(timeout=SLOW)
    expect(first).to_be_focused()

    page.get_by_role("link", name="Extend budget").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("40")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(first).to_be_focused()
