"""Comparing what two candidates did with the same samples."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from omegaweb.accounts.models import User
from omegaweb.runs.comparison import (
    ALL,
    DIFFERENT,
    FAILED,
    Outcome,
    compare,
    evaluated_splits,
    samples_of,
)
from omegaweb.runs.models import Candidate, SampleScore
from omegaweb.runs.sample_rows import rows_of
from omegaweb.runs.values import shown_values
from tests.factories_runs import make_candidate, make_run, make_scores, make_version


@pytest.fixture
def pair(alice: User) -> tuple[Candidate, Candidate]:
    """A baseline and its child, on six validation samples."""
    run = make_run(alice, version=make_version(alice, splits="vtvtvtvvvs"))
    baseline = make_candidate(run)
    child = make_candidate(run, number=1, parents=[baseline])
    make_scores(baseline, [0, 1, 1, 0, None])
    make_scores(child, [1, 0, 1, 0, 1])
    return baseline, child


def test_the_means_are_of_the_samples_that_both_answered(pair) -> None:
    baseline, child = pair
    comparison = compare(child, baseline, "validation", size=6)
    assert (comparison.mean_before, comparison.mean_after) == (0.5, 0.5)
    assert compare(child, None, "validation", size=6).mean_before is None


def test_each_sample_is_fixed_broken_still_good_still_bad_good_or_not_evaluated(pair) -> None:
    baseline, child = pair
    comparison = compare(child, baseline, "validation", size=6)
    assert comparison.outcomes == [
        Outcome.FIXED,
        Outcome.BROKEN,
        Outcome.STILL_GOOD,
        Outcome.STILL_BAD,
        Outcome.GOOD,
        Outcome.NOT_EVALUATED,
    ]
    assert (comparison.fixed, comparison.broken, comparison.evaluated, comparison.compared) == (1, 1, 5, 4)


@pytest.mark.parametrize(("reward", "outcome"), [(0.5, Outcome.GOOD), (0.49, Outcome.BAD)])
def test_a_reward_of_one_half_is_good_and_less_is_bad(alice: User, reward: float, outcome: Outcome) -> None:
    candidate = make_candidate(make_run(alice))
    make_scores(candidate, [reward])
    assert compare(candidate, None, "validation", size=1).outcomes == [outcome]


def test_filters_count_what_they_leave(pair) -> None:
    comparison = compare(pair[1], pair[0], "validation", size=6)
    for item in comparison.filters():
        assert len(comparison.indexes(item.name)) == item.count
    assert [item.name for item in comparison.filters()][:4] == ["all", "different", "fixed", "broken"]
    assert comparison.indexes(ALL) == [0, 1, 2, 3, 4]
    assert comparison.indexes(DIFFERENT) == [0, 1]
    assert comparison.indexes("no such filter") == []


def test_a_failed_sample_is_bad_and_listed_as_failed_but_a_missing_one_is_not(pair) -> None:
    baseline, child = pair
    SampleScore.objects.create(
        candidate=child, split="validation", index=5, reward=0.0, output=None, error="the model did not answer"
    )
    comparison = compare(child, baseline, "validation", size=7)
    assert comparison.indexes(FAILED) == [5]
    assert comparison.outcomes[5] is Outcome.BAD
    assert comparison.outcomes[6] is Outcome.NOT_EVALUATED


def test_samples_carry_their_row_of_the_table_and_both_answers(pair) -> None:
    comparison = compare(pair[1], pair[0], "validation", size=6)
    first, second = samples_of(comparison, [0, 2])
    assert (first.row, second.row) == (1, 5)
    assert first.inputs[0].text == "ticket 0"
    assert first.targets[0].text == "billing"
    assert first.before is not None
    assert first.after is not None
    assert (first.before.reward, first.after.reward, first.change) == (0, 1, 1)


def test_only_the_rows_of_the_page_are_read(alice: User) -> None:
    version = make_version(alice, splits="tv" * 500)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = rows_of(version, "validation", [3, 499, 500])
    assert {index: row.position for index, row in rows.items()} == {3: 7, 499: 999}
    assert len(queries) == 1


def test_rows_agree_with_the_order_in_which_a_run_reads_them(alice: User) -> None:
    version = make_version(alice, splits="sv-tvvstv")
    for split in ("train", "validation", "test"):
        read = list(version.rows(split))
        rows = rows_of(version, split, range(len(read)))
        assert [(row.position, row.inputs, row.targets) for row in rows.values()] == read


def test_splits_are_listed_with_how_many_samples_were_answered(pair) -> None:
    make_scores(pair[1], [1, 1], split="train")
    assert evaluated_splits(pair[1]) == {"validation": 5, "train": 2}


def test_values_are_shown_as_text_or_as_json() -> None:
    shown = shown_values({"a": "text", "b": ["é"], "c": None, "d": True})
    assert [value.text for value in shown] == ["text", '["é"]', "", "true"]
    assert shown_values(None) == []
