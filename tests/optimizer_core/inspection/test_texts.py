"""Texts and their words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer_core.inspection.texts import holds, plain_words, spaced, words_in


@given(st.text())
def test_words_are_the_same_with_their_places_or_without(text):
    assert plain_words(text) == tuple(word.text for word in words_in(text))


@pytest.mark.parametrize("text", ["Don’t ROUTE the Straße", "İstanbul, Σίσυφος", "見積もり x_y a-b", ""])
def test_words_of_every_script_are_the_same_with_their_places_or_without(text):
    assert plain_words(text) == tuple(word.text for word in words_in(text))


def test_a_run_stands_in_a_text_only_as_whole_words():
    text = spaced("Route gift cards to the legal desk.")
    assert holds(text, ["the", "legal"])
    assert holds(text, ["route", "gift"])
    assert not holds(text, ["gift", "card"])
