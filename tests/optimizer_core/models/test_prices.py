"""What a call used is never less than nothing, whatever a server says."""

from __future__ import annotations

import math

import pytest

from optimizer_core.models.prices import usage_of

LISTED, UNLISTED = "openai/gpt-4o-mini", "someone/unheard-of"


@pytest.mark.parametrize("said", [-1.0, math.nan, math.inf, -math.inf])
def test_a_cost_that_can_be_none_is_taken_from_the_list_or_unknown(said: float) -> None:
    # One NaN in the sum, and no limit of money would ever be reached.
    listed = usage_of(LISTED, prompt_tokens=1000, completion_tokens=0, cost=said)
    assert listed == usage_of(LISTED, prompt_tokens=1000, completion_tokens=0)
    assert listed.cost > 0
    unlisted = usage_of(UNLISTED, prompt_tokens=1000, completion_tokens=0, cost=said)
    assert (unlisted.cost, unlisted.unpriced_calls) == (0.0, 1)


def test_tokens_below_zero_give_nothing_back() -> None:
    used = usage_of(LISTED, prompt_tokens=-5000, completion_tokens=-5000, cached_tokens=-10)
    assert (used.tokens, used.cost, used.calls) == (0, 0.0, 1)


def test_more_tokens_than_any_call_can_use_are_not_believed() -> None:
    used = usage_of(LISTED, prompt_tokens=10**30, completion_tokens=7)
    assert (used.prompt_tokens, used.completion_tokens) == (0, 7)


def test_more_cached_tokens_than_were_read_are_not_paid_back() -> None:
    used = usage_of(LISTED, prompt_tokens=10, completion_tokens=0, cached_tokens=10**9)
    assert used == usage_of(LISTED, prompt_tokens=10, completion_tokens=0, cached_tokens=10)
