"""What a proposer is shown: groups of failures, right answers beside them, labels that cost nothing."""

from __future__ import annotations

import random

import pytest

from optimizer_core.data.dataset import Sample
from optimizer_core.events import SampleResult
from optimizer_core.json_values import canonical_json
from optimizer_core.training.ledger import Outcome
from optimizer_core.training.measuring import Answered
from optimizer_core.training.racing.showing import LABELLED, contrasting, failures, grouped, not_asked


def sample(number, target):
    return Sample(id=f"train-{number}", inputs={"word": f"w{number}"}, target=target and {"colour": target})


def answered(number, target, given):
    result = SampleResult(sample=f"train-{number}", reward=float(given == target), output={"colour": given})
    return Answered(sample(number, target), Outcome(result=result))


def target_of(row):
    return canonical_json(row.target)


def numbers(found):
    return [int(each.sample.id.removeprefix("train-")) for each in found]


def test_failures_of_one_target_stand_together_the_largest_group_first():
    failed = [answered(0, "red", "?"), answered(1, "blue", "?"), answered(2, "green", "?"), answered(3, "blue", "?")]
    assert [numbers(group) for group in grouped(failed, most=4, target_of=target_of)] == [[1, 3], [0], [2]]


def test_a_group_is_no_larger_than_a_proposal_may_be_shown():
    failed = [answered(number, "red", "?") for number in range(5)]
    assert [len(group) for group in grouped(failed, most=2, target_of=target_of)] == [2, 2, 1]


def test_right_answers_such_as_were_given_wrongly_come_first():
    failed = [answered(0, "red", "blue")]
    seen = [*failed, answered(1, "green", "green"), answered(2, "blue", "blue"), answered(3, "red", "green")]
    assert numbers(contrasting(failed, seen, most=2, target_of=target_of)) == [2, 1]
    assert numbers(failures(seen)) == [0, 3]


def test_labels_alike_and_labels_given_wrongly_come_in_turn_before_others():
    failed = [answered(0, "red", "blue")]
    rows = [sample(number, ("red", "blue", "green")[number % 3]) for number in range(9)]
    shown = not_asked(rows, failed, target_of=target_of, rng=random.Random(1))
    colours = [each.target["colour"] for each in shown]
    assert colours == ["red", "blue", "red", "blue", "blue", "green", "green", "green"]
    assert "train-0" not in {each.sample for each in shown}


def test_no_more_labels_than_help_and_none_where_there_are_no_targets():
    rows = [sample(number, "red") for number in range(50)]
    assert len(not_asked(rows, [], target_of=target_of, rng=random.Random(1))) == LABELLED
    assert not_asked([sample(0, None)], [], target_of=target_of, rng=random.Random(1)) == ()


@pytest.mark.parametrize("seed", range(5))
def test_a_label_of_the_target_that_is_failed_most_comes_first_and_none_comes_twice(seed):
    failed = [answered(100, "red", "blue"), answered(101, "blue", "red"), answered(102, "blue", "red")]
    rows = [sample(number, "red" if number < 14 else "blue") for number in range(20)]
    shown = not_asked(rows, failed, target_of=target_of, rng=random.Random(seed))
    assert len({each.sample for each in shown}) == LABELLED
    assert shown[0].target == {"colour": "blue"}


@pytest.mark.parametrize("seed", range(5))
def test_labels_that_stand_in_both_rows_leave_no_place_to_others_and_keep_their_turn(seed):
    """Each row that tells something is both alike and against here, so it comes up twice before others may follow."""
    failed = [answered(100, "red", "blue"), answered(101, "blue", "red"), answered(102, "blue", "red")]
    rows = [sample(number, ("red", "blue", "green")[number % 3]) for number in range(3 * LABELLED)]
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    against = [row for row in mixed if row.target["colour"] != "green"]
    alike = sorted(against, key=lambda row: row.target["colour"] != "blue")  # two failures want blue, one red
    in_turn = dict.fromkeys(row.id for pair in zip(alike, against, strict=True) for row in pair)

    shown = not_asked(rows, failed, target_of=target_of, rng=random.Random(seed))

    assert [each.sample for each in shown] == list(in_turn)[:LABELLED]
