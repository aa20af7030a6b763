"""What a proposer is shown: failures that belong together, right answers beside them, and samples nobody was asked."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import TypeAlias

from optimizer_core.data.dataset import Sample
from optimizer_core.json_values import canonical_json
from optimizer_core.operators.evidence import Labelled
from optimizer_core.training.measuring import Answered
from optimizer_core.training.racing.race import RIGHT

TargetOf: TypeAlias = Callable[[Sample], str]

#: Samples that are shown with their target alone.
LABELLED = 12


def failures(answered: Iterable[Answered]) -> list[Answered]:
    """Return those that were not answered well."""
    return [each for each in answered if each.outcome.result.reward < RIGHT]


def grouped(failed: Sequence[Answered], *, most: int, target_of: TargetOf) -> list[list[Answered]]:
    """Return failures with the same target together, so that what they have in common can be seen; large groups first.

    Args:
        failed: the failures; groups keep their order.
        most: failures in one group.
        target_of: the target of a sample as a text.
    """
    by_target: dict[str, list[Answered]] = {}
    for each in failed:
        by_target.setdefault(target_of(each.sample), []).append(each)
    groups = [same[at : at + most] for same in by_target.values() for at in range(0, len(same), most)]
    return sorted(groups, key=len, reverse=True)


def contrasting(
    failed: Sequence[Answered], seen: Sequence[Answered], *, most: int, target_of: TargetOf
) -> list[Answered]:
    """Return right answers, first those such as the failures were given wrongly: they must stay right."""
    given = {_given(each) for each in failed}
    right = [each for each in seen if each.outcome.result.reward >= RIGHT]
    return sorted(right, key=lambda each: target_of(each.sample) not in given)[:most]


def not_asked(
    rows: Iterable[Sample], shown: Sequence[Answered], *, target_of: TargetOf, rng: random.Random
) -> tuple[Labelled, ...]:
    """Return samples whose targets say something about the failures, though the program was not asked: they are free.

    In turn one with the target of a failure, and one with the target that was given wrongly; then any others.
    """
    hidden = {each.sample.id for each in shown}
    open_rows = [row for row in rows if row.id not in hidden and row.target is not None]
    rng.shuffle(open_rows)
    failed = failures(shown)
    wanted, given = Counter(target_of(each.sample) for each in failed), {_given(each) for each in failed}
    alike = sorted((row for row in open_rows if target_of(row) in wanted), key=lambda row: -wanted[target_of(row)])
    against = [row for row in open_rows if target_of(row) in given]
    in_turn = [row for pair in zip_longest(alike, against) for row in pair if row is not None]
    chosen = list({row.id: row for row in (*in_turn, *open_rows)}.values())[:LABELLED]
    return tuple(Labelled(inputs=row.inputs, target=row.target or {}, sample=row.id) for row in chosen)


def _given(answered: Answered) -> str:
    """Return what was answered, as a target would say it."""
    output, target = answered.outcome.result.output or {}, answered.sample.target or {}
    return canonical_json({name: output.get(name) for name in target})
