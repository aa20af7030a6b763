"""The rows of the dataset behind sample numbers, read only for the numbers that are shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from omegaweb.datasets.models import SPLIT_LETTERS, DatasetVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """One row as the run saw it."""

    position: int  # in the table, from 0
    inputs: dict[str, Any]
    targets: dict[str, Any]


def rows_of(version: DatasetVersion, split: str, indexes: Collection[int]) -> dict[int, SampleRow]:
    """Return the rows with these positions within a split; an index beyond its end is left out."""
    places = _places(version.splits, SPLIT_LETTERS[split], set(indexes))
    names = version.table.column_names
    stored = version.table.rows.filter(position__in=places.values()).values_list("position", "values")
    values = {position: dict(zip(names, row, strict=False)) for position, row in stored}
    return {
        index: SampleRow(
            position=position,
            inputs={name: values[position].get(name) for name in version.input_columns},
            targets={name: values[position].get(name) for name in version.target_columns},
        )
        for index, position in places.items()
        if position in values
    }


def _places(splits: str, letter: str, wanted: set[int]) -> dict[int, int]:
    """Index within the split → position in the table, for the wanted indexes."""
    places: dict[int, int] = {}
    position = -1
    for index in range(max(wanted, default=-1) + 1):
        position = splits.find(letter, position + 1)
        if position < 0:
            break
        if index in wanted:
            places[index] = position
    return places
