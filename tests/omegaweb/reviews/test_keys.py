"""Reviewing with the keyboard alone, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from omegaweb.accounts.models import User
from omegaweb.reviews.models import Review, ReviewState
from tests.factories_runs import make_candidate, make_review, make_run


@pytest.fixture
def reviews(alice: User) -> list[Review]:
    run = make_run(alice)
    start = make_candidate(run)
    return [
        make_review(make_candidate(run, number=number, instruction=f"Text {number} {{{{text}}}}", parents=[start]))
        for number in (1, 2, 3)
    ]


def test_a_approves_r_rejects_with_a_reason_and_j_and_k_go_on_and_back(alice_page: Page, reviews) -> None:
    first, second, third = (review.get_absolute_url() for review in reviews)
    alice_page.goto(first)
    alice_page.keyboard.press("j")
    alice_page.wait_for_url(f"**{second}")
    alice_page.keyboard.press("k")
    alice_page.wait_for_url(f"**{first}")

    alice_page.keyboard.press("a")
    alice_page.wait_for_url(f"**{second}")
    expect(alice_page.get_by_text("Approved #1.")).to_be_visible()

    alice_page.keyboard.press("r")
    reason = alice_page.get_by_label("Why not?")
    expect(reason).to_be_focused()
    alice_page.keyboard.type("A jar of keys: j, a, e.")
    alice_page.keyboard.press("Escape")
    expect(reason).to_be_hidden()
    alice_page.keyboard.press("r")
    alice_page.keyboard.press("Control+Enter")
    alice_page.wait_for_url(f"**{third}")
    states = [Review.objects.get(pk=review.pk) for review in reviews]
    assert [review.state for review in states] == [ReviewState.APPROVED, ReviewState.REJECTED, ReviewState.PENDING]
    assert states[1].reason == "A jar of keys: j, a, e."


def test_e_opens_the_form_and_the_edit_is_approved(alice_page: Page, reviews) -> None:
    alice_page.goto(reviews[2].get_absolute_url())
    alice_page.keyboard.press("e")
    alice_page.get_by_label("Instructions").fill("Sort {{text}} with care")
    alice_page.keyboard.press("Control+Enter")
    alice_page.wait_for_url(re.compile(rf"{reviews[0].get_absolute_url()}$"))
    assert Review.objects.get(pk=reviews[2].pk).state == ReviewState.EDITED


def test_single_keys_can_be_switched_off(alice_page: Page, reviews) -> None:
    alice_page.goto(reviews[0].get_absolute_url())
    alice_page.keyboard.press("?")
    alice_page.get_by_label("Switch single keys off on this computer").check()
    alice_page.keyboard.press("Escape")
    expect(alice_page.locator("#shortcuts")).to_be_hidden()
    alice_page.keyboard.press("j")
    alice_page.keyboard.press("?")
    expect(alice_page.locator("#shortcuts")).to_be_visible()
    assert alice_page.url.endswith(reviews[0].get_absolute_url())


def test_the_export_is_copied_without_a_download(alice_page: Page, reviews) -> None:
    alice_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    alice_page.goto(reviews[0].candidate.get_absolute_url())
    alice_page.get_by_text("Export", exact=True).click()
    alice_page.get_by_role("button", name="Copy Prompt").click()
    expect(alice_page.get_by_text("Copied")).to_be_visible()
    assert "Text 1 `text`" in alice_page.evaluate("navigator.clipboard.readText()")


def test_filters_and_tabs_change_their_region_without_a_page_load(alice_page: Page, reviews) -> None:
    alice_page.goto(reviews[0].candidate.get_absolute_url())
    alice_page.evaluate("window.sameDocument = true")
    alice_page.get_by_role("link", name="Full text").focus()
    alice_page.keyboard.press("Enter")
    expect(alice_page.get_by_role("heading", name="What it says")).to_be_visible()
    assert alice_page.evaluate("window.sameDocument")
    assert "show=text" in alice_page.url
    expect(alice_page.get_by_role("link", name="Full text")).to_be_focused()
