"""The program form with JavaScript: rows without a reload, placeholders, the live preview."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import Page, expect


def test_rows_placeholders_and_preview_move_without_a_reload(alice_page: Page):
    page = alice_page
    page.goto(reverse("programs:create"))
    page.evaluate("window.untouched = true")

    page.get_by_role("group", name="Input field 1").get_by_label("Name").fill("Customer message")
    page.get_by_label("Instruction", exact=True).fill("Sort this: ")
    page.get_by_role("group", name="Output field 1").get_by_label("Name").fill("queue")
    page.get_by_role("button", name="{{Customer message}}").click()

    expect(page.get_by_label("Instruction", exact=True)).to_have_value("Sort this: {{Customer message}}")
    expect(page.locator("#program-variables")).to_contain_text("Sort this: {{Customer message}}")

    page.get_by_role("button", name="Add an input field").click()
    second = page.get_by_role("group", name="Input field 2")
    expect(second.get_by_label("Name")).to_be_focused()
    expect(page.get_by_role("group", name="Input field 1").get_by_label("Name")).to_have_value("Customer message")
    second.get_by_role("button", name="Remove this input field").click()
    expect(second).to_have_count(0)
    assert page.evaluate("window.untouched")


def test_return_in_a_text_field_saves_instead_of_removing_a_row(alice_page: Page):
    page = alice_page
    page.goto(reverse("programs:create"))
    page.get_by_label("Name", exact=True).first.press("Enter")

    expect(page.get_by_role("alert").first).to_contain_text("need another look")
    expect(page.get_by_role("group", name="Input field 1")).to_be_visible()
