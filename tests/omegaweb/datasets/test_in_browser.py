"""A person uploads a file, sees it read, and splits it, in Chromium and without a reload."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests import factories


def test_from_a_file_to_a_split(alice_page: Page, tmp_path: Path):
    file = tmp_path / "tickets.csv"
    file.write_text(factories.tickets(600))
    errors: list[str] = []
    alice_page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    alice_page.goto("/datasets/upload/")
    alice_page.get_by_label("Choose a file").set_input_files(file)
    expect(alice_page.get_by_text("tickets.csv")).to_be_visible()
    alice_page.get_by_role("button", name="Upload").click()

    expect(alice_page.get_by_role("heading", name="Columns and split")).to_be_visible()
    expect(alice_page.get_by_text("1–10 of 600 rows")).to_be_visible()
    alice_page.get_by_role("link", name="Next").click()
    expect(alice_page.get_by_text("11–20 of 600 rows")).to_be_visible()

    alice_page.get_by_label("Seed").fill("3")
    alice_page.get_by_role("button", name="Save columns and split").click()
    expect(alice_page.get_by_text("Saved as version 1: the rows are split.")).to_be_visible()
    expect(alice_page.get_by_role("img", name="All rows: 300 train, 150 validation, 150 test")).to_be_visible()
    assert errors == []


def test_a_file_over_the_limit_is_refused_before_it_is_sent(alice_page: Page, tmp_path: Path):
    file = tmp_path / "large.csv"
    with file.open("wb") as target:
        target.truncate(201 * 1024 * 1024)

    alice_page.goto("/datasets/upload/")
    alice_page.get_by_label("Choose a file").set_input_files(file)

    expect(alice_page.get_by_text("up to 200 MB can be uploaded")).to_be_visible()
    expect(alice_page.get_by_role("button", name="Upload")).to_be_disabled()


def test_a_dataset_is_deleted_after_asking(alice_page: Page, alice: object):
    dataset = factories.dataset(alice)  # type: ignore[arg-type]

    alice_page.goto(dataset.get_absolute_url())
    alice_page.get_by_role("link", name="Delete").click()
    expect(alice_page.get_by_role("dialog")).to_contain_text("Delete this dataset?")
    alice_page.get_by_role("button", name="Delete dataset").click()

    expect(alice_page.get_by_text("“tickets” was deleted.")).to_be_visible()


def test_the_theme_is_remembered(alice_page: Page):
    alice_page.get_by_label("Your account and the theme").click()
    alice_page.get_by_role("button", name="Dark").click()
    alice_page.goto("/datasets/")

    expect(alice_page.locator("html")).to_have_attribute("data-theme", "dark")
