"""Decides which rows train, which validate and which are kept sealed for the test."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from omegaweb.datasets.models import LEFT_OUT, SPLIT_LETTERS

# More distinct labels than this are free text, not classes to keep in proportion.
LABEL_LIMIT = 50
# With fewer rows than this a score is mostly luck: 95 % of 30 rows spans about ±17 points.
HONEST_ROWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class RowKey:
    """What the split needs to know of one row."""

    inputs: int  # equal for rows with equal inputs
    label: str
    targets: int  # equal for rows with equal targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One letter a row, and what there is to say about it."""

    letters: str
    counts: dict[str, int]
    labels: list[dict[str, Any]] = field(default_factory=list)  # empty: not categorical


def split_rows(rows: Sequence[RowKey | None], fractions: Mapping[str, float], seed: int) -> Split:
    """Put each row on one side, rows with equal inputs on the same, each label in proportion.

    Args:
        rows: In the order of the table; None leaves a row out.
        fractions: "train", "validation" and "test", adding up to 1.
        seed: The same seed gives the same split.

    Raises:
        ValueError: if the fractions are not three shares of one.
    """
    _check(fractions)
    groups: dict[int, list[int]] = defaultdict(list)
    for position, row in enumerate(rows):
        if row is not None:
            groups[row.inputs].append(position)
    categorical = _is_categorical(rows)
    strata: dict[str, list[list[int]]] = defaultdict(list)
    for positions in groups.values():
        strata[_label_of(rows, positions) if categorical else ""].append(positions)
    letters = [LEFT_OUT] * len(rows)
    _deal(strata, fractions, random.Random(seed), letters)
    return Split(
        letters="".join(letters),
        counts=_count(rows, groups, letters),
        labels=_distribution(rows, letters) if categorical else [],
    )


def _check(fractions: Mapping[str, float]) -> None:
    if set(fractions) != set(SPLIT_LETTERS):
        raise ValueError(f"fractions are for {', '.join(SPLIT_LETTERS)}, not {list(fractions)}")
    if min(fractions.values()) < 0 or abs(sum(fractions.values()) - 1) > 1e-6:
        raise ValueError(f"fractions {dict(fractions)} are not three shares that add up to 1")


def _is_categorical(rows: Sequence[RowKey | None]) -> bool:
    labels = Counter(row.label for row in rows if row is not None)
    # Classes repeat; forty different answers in forty rows are not classes.
    return 0 < len(labels) <= LABEL_LIMIT and 2 * len(labels) <= labels.total()


def _label_of(rows: Sequence[RowKey | None], positions: list[int]) -> str:
    first = rows[positions[0]]
    if len(positions) == 1 and first is not None:
        return first.label
    labels = Counter(row.label for position in positions if (row := rows[position]) is not None)
    return labels.most_common(1)[0][0]


def _deal(
    strata: Mapping[str, list[list[int]]],
    fractions: Mapping[str, float],
    chance: random.Random,
    letters: list[str],
) -> None:
    # What a side lacks is carried from label to label, so that many small labels
    # still add up to the fractions.
    lacking = dict.fromkeys(fractions, 0.0)
    for label in sorted(strata):
        groups = strata[label]
        chance.shuffle(groups)
        # Large groups first: small ones can still even things out.
        groups.sort(key=len, reverse=True)
        size = sum(len(positions) for positions in groups)
        for split, fraction in fractions.items():
            lacking[split] += size * fraction
        for positions in groups:
            split = max(fractions, key=lambda name: (lacking[name], fractions[name]))
            lacking[split] -= len(positions)
            for position in positions:
                letters[position] = SPLIT_LETTERS[split]


def _count(rows: Sequence[RowKey | None], groups: Mapping[int, list[int]], letters: list[str]) -> dict[str, int]:
    counts = {split: letters.count(letter) for split, letter in SPLIT_LETTERS.items()}
    counts["left_out"] = letters.count(LEFT_OUT)
    counts["duplicates"] = sum(len(positions) - 1 for positions in groups.values())
    counts["conflicts"] = sum(
        len({row.targets for position in positions if (row := rows[position]) is not None}) > 1
        for positions in groups.values()
    )
    return counts


def _distribution(rows: Sequence[RowKey | None], letters: list[str]) -> list[dict[str, Any]]:
    found = Counter((row.label, letter) for row, letter in zip(rows, letters, strict=True) if row is not None)
    totals = Counter(row.label for row in rows if row is not None)
    return [
        {"label": label, "total": total} | {split: found[label, letter] for split, letter in SPLIT_LETTERS.items()}
        for label, total in sorted(totals.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
