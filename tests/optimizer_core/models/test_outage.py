"""When a model counts as down, and who finds out whether it is back."""

from __future__ import annotations

import pytest

from optimizer_core.errors import ModelUnavailable
from optimizer_core.models.outage import IN_A_ROW, Outage
from optimizer_core.models.retry import RetryPolicy

FAILED = ModelUnavailable("HTTP 500")
RETRY = RetryPolicy(attempts=5, first_wait=1.0, max_wait=60.0)
UNREACHED = ModelUnavailable("refused", was_sent=False)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def outage(clock):
    return Outage(clock)


def fail(outage, times, *, questions=2, error=FAILED, is_try=False):
    for number in range(times):
        outage.failed(error, number % questions, is_try=is_try, retry=RETRY)


def test_several_failures_in_a_row_are_an_outage(outage):
    fail(outage, IN_A_ROW - 1)
    assert not outage.is_on
    fail(outage, 1)
    assert outage.is_on


def test_an_answer_between_them_is_none(outage):
    fail(outage, IN_A_ROW - 1)
    outage.answered()
    fail(outage, IN_A_ROW - 1)
    assert not outage.is_on


def test_one_question_that_always_fails_is_no_outage(outage):
    fail(outage, 50, questions=1)
    assert not outage.is_on


@pytest.mark.parametrize("error", [UNREACHED, ModelUnavailable("HTTP 503", is_common=True)])
def test_a_server_that_nobody_reaches_is_one_even_for_one_question(outage, error):
    fail(outage, 3, questions=1, error=error)
    assert outage.is_on


def test_one_question_at_a_time_finds_out_after_growing_waits(outage, clock):
    fail(outage, IN_A_ROW)
    waits = []
    for _ in range(8):
        assert not outage.claim()
        waits.append(outage.remaining)
        clock.now += outage.remaining
        assert outage.claim()
        assert not outage.claim()
        fail(outage, 1, is_try=True)
        outage.release()
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert outage.since == 100.0


def test_those_that_fail_behind_the_first_do_not_make_the_wait_longer(outage):
    fail(outage, IN_A_ROW + 11)
    assert outage.remaining == 1.0


def test_an_answer_ends_it(outage):
    fail(outage, IN_A_ROW)
    outage.answered()
    assert not outage.is_on
    fail(outage, 1)
    assert not outage.is_on


def test_a_rejected_key_is_one_at_once(outage, clock):
    outage.denied("HTTP 401")
    assert outage.is_on
    assert outage.is_denied
    assert not outage.is_due
    outage.try_now()
    assert outage.is_due
