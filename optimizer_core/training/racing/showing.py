"""What a proposer is shown: failures that belong together, right answers beside them, and samples nobody was asked."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from operator import itemgetter
from typing import TypeAlias

from optimizer_core.data.dataset import Sample
from optimizer_core.json_values import canonical_json
from optimizer_core.operators.evidence import RIGHT, Labelled
from optimizer_core.training.measuring import Answered

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
    first = islice(_telling(open_rows, failures(shown), target_of), 2 * LABELLED)  # each stands there twice at most
    chosen = list({row.id: row for row in (*first, *open_rows[:LABELLED])}.values())[:LABELLED]
    return tuple(Labelled(inputs=row.inputs, target=row.target or {}, sample=row.id) for row in chosen)


def _telling(rows: Sequence[Sample], failed: Sequence[Answered], target_of: TargetOf) -> Iterator[Sample]:
    """Return in turn a row with the target of a failure, of the most first, and one with what was given wrongly."""
    wanted, given = dict(Counter([target_of(each.sample) for each in failed])), {_given(each) for each in failed}
    by_target = list(zip(map(target_of, rows), rows, strict=True))
    alike = [(-wanted[target], row) for target, row in by_target if target in wanted]
    alike.sort(key=itemgetter(0))
    against = [row for target, row in by_target if target in given]
    pairs = zip_longest([row for _, row in alike], against)
    return (row for row in chain.from_iterable(pairs) if row is not None)


def _given(answered: Answered) -> str:
    """Return what was answered, as a target would say it."""
    output, target = answered.outcome.result.output or {}, answered.sample.target or {}
    return canonical_json({name: output.get(name) for name in target})
