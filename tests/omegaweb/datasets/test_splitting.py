"""How rows are divided among train, validation and test."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omegaweb.datasets.models import SPLIT_LETTERS
from omegaweb.datasets.services import DEFAULT_FRACTIONS
from omegaweb.datasets.splitting import RowKey, split_rows

SHARES = st.tuples(st.integers(1, 98), st.integers(1, 98)).filter(lambda pair: sum(pair) < 100)
ROWS = st.lists(
    st.one_of(
        st.none(),
        st.builds(RowKey, inputs=st.integers(0, 40), label=st.sampled_from("abc"), targets=st.integers(0, 3)),
    ),
    max_size=120,
)


def fractions_of(pair: tuple[int, int]) -> dict[str, float]:
    return {"train": pair[0] / 100, "validation": pair[1] / 100, "test": (100 - sum(pair)) / 100}


def distinct(labels: str) -> list[RowKey | None]:
    return [RowKey(inputs=number, label=label, targets=0) for number, label in enumerate(labels)]


@given(rows=ROWS, pair=SHARES, seed=st.integers(0, 9))
@settings(deadline=None)
def test_rows_with_equal_inputs_stand_on_one_side(rows: list[RowKey | None], pair: tuple[int, int], seed: int):
    letters = split_rows(rows, fractions_of(pair), seed).letters

    sides = defaultdict(set)
    for row, letter in zip(rows, letters, strict=True):
        if row is None:
            assert letter == "-"
        else:
            sides[row.inputs].add(letter)
    assert all(len(letters) == 1 for letters in sides.values())
    assert set().union(*sides.values()) <= set(SPLIT_LETTERS.values())


@given(rows=ROWS, pair=SHARES, seed=st.integers(0, 9))
@settings(deadline=None)
def test_the_fractions_are_kept_as_well_as_the_groups_allow(
    rows: list[RowKey | None], pair: tuple[int, int], seed: int
):
    fractions = fractions_of(pair)
    split = split_rows(rows, fractions, seed)

    groups = Counter(row.inputs for row in rows if row is not None)
    largest = max(groups.values(), default=0)
    for name, fraction in fractions.items():
        assert abs(split.counts[name] - fraction * groups.total()) <= 2 * largest + 1e-9


@given(rows=ROWS, seed=st.integers(0, 9))
@settings(deadline=None)
def test_the_same_seed_gives_the_same_split(rows: list[RowKey | None], seed: int):
    assert split_rows(rows, DEFAULT_FRACTIONS, seed) == split_rows(rows, DEFAULT_FRACTIONS, seed)


def test_another_seed_gives_another_split():
    rows = distinct("ab" * 30)

    assert split_rows(rows, DEFAULT_FRACTIONS, 0).letters != split_rows(rows, DEFAULT_FRACTIONS, 1).letters


@pytest.mark.parametrize("labels", ["a" * 80 + "b" * 40, "a" * 100 + "b" * 12 + "c" * 8])
def test_each_label_is_divided_in_proportion(labels: str):
    split = split_rows(distinct(labels), DEFAULT_FRACTIONS, 3)

    for entry in split.labels:
        for name, fraction in DEFAULT_FRACTIONS.items():
            assert abs(entry[name] - fraction * entry["total"]) <= 1


def test_free_text_is_not_taken_for_labels():
    rows: list[RowKey | None] = [RowKey(inputs=n, label=f"answer {n}", targets=n) for n in range(40)]

    split = split_rows(rows, DEFAULT_FRACTIONS, 0)

    assert split.labels == []
    assert split.counts["train"] == 20


def test_duplicates_and_contradictions_are_counted():
    rows = [
        RowKey(inputs=1, label="a", targets=1),
        RowKey(inputs=1, label="a", targets=1),
        RowKey(inputs=1, label="b", targets=2),
        RowKey(inputs=2, label="a", targets=1),
        None,
    ]

    counts = split_rows(rows, DEFAULT_FRACTIONS, 0).counts

    assert (counts["duplicates"], counts["conflicts"], counts["left_out"]) == (2, 1, 1)


@pytest.mark.parametrize(
    "fractions",
    [{"train": 1.0}, {"train": 0.5, "validation": 0.5, "test": 0.5}, {"train": 1.5, "validation": -0.5, "test": 0.0}],
)
def test_impossible_fractions_are_refused(fractions: dict[str, float]):
    with pytest.raises(ValueError, match="fractions"):
        split_rows([], fractions, 0)
