"""A short version of ``python -m tests.faults --provider``: providers fail, and runs neither lose nor miscount."""

from __future__ import annotations

import pytest

from tests.fakes.openai_outcomes import DOWN, FAULTS, REVOKED
from tests.faults.provider import Course, course, many_calls


@pytest.fixture(scope="module")
def undisturbed() -> Course:
    return course()


def test_under_faults_of_every_kind_a_run_counts_what_the_server_counts():
    account = many_calls(200, share=0.25, seed=3, timeout=2.0)

    assert account.status == "completed"
    assert account.calls[0] == account.calls[1] == 200
    assert account.tokens[0] == account.tokens[1]
    assert len(account.outcomes.keys() & set(FAULTS)) > len(FAULTS) / 2
    assert sum(tally.calls for tally in account.outcomes.values()) == account.calls[1]


@pytest.mark.parametrize(("mood", "pauses"), [(DOWN, []), (REVOKED, ["access_revoked"])])
def test_a_provider_that_is_back_finds_the_run_where_it_was(undisturbed, mood, pauses):
    disturbed = course(mood, seconds=0.5)

    assert disturbed.failed
    assert set(disturbed.pauses) == set(pauses)  # on a slow machine it may be resumed too early, and pause again
    assert disturbed.path == undisturbed.path
    assert disturbed.calls[0] == disturbed.calls[1]
    assert disturbed.again == 0
