"""On a phone, what gets the focus is scrolled clear of the bars at the edges of the screen."""

from __future__ import annotations

from playwright.sync_api import Page

from omegaweb.accounts.models import User

#: How much more than each bar is kept clear, in pixels.
SPARE = """() => {
    const kept = getComputedStyle(document.documentElement);
    const height = selector => document.querySelector(selector).getBoundingClientRect().height;
    return [parseFloat(kept.scrollPaddingTop) - height(".sidebar"),
            parseFloat(kept.scrollPaddingBottom) - height(".navigation")];
}"""


def test_what_gets_the_focus_is_kept_clear_of_both_bars(alice: User, alice_page: Page) -> None:
    alice_page.set_viewport_size({"width": 390, "height": 844})
    alice_page.goto("/runs/")
    assert min(alice_page.evaluate(SPARE)) >= 4
