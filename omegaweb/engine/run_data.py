"""The rows of a dataset version as what a program reads and should answer."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omegaweb.datasets.models import DatasetVersion
from omegaweb.engine.fields import UnfitCell, to_field
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject

#: So many wrong cells are named in a message; the rest are counted.
CELLS_NAMED = 3


class UnfitData(ConfigurationError):
    """The rows do not fit the program; the message names row, column and the way out."""


@dataclass(slots=True, kw_only=True)
class Split:
    """Inputs and targets of one split, by position."""

    x: list[JsonObject] = field(default_factory=list)
    y: list[JsonObject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what people said about each row; empty without such columns

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunData:
    """All rows of a run."""

    train: Split
    validation: Split
    test: Split


@dataclass(slots=True, kw_only=True)
class _Problems:
    """Cells that hold something else than their output fields declare."""

    cells: list[str] = field(default_factory=list)
    ways_out: dict[str, None] = field(default_factory=dict)  # in the program, each once

    def in_words(self, *, has_header: bool) -> str:
        """Return what, where, and what to do. Rows have the numbers that all pages give them."""
        more = len(self.cells) - CELLS_NAMED
        named = f"{'; '.join(self.cells[:CELLS_NAMED])}{f'; and {more} more' if more > 0 else ''}."
        counted = " Rows are counted without the header, as on the page of the dataset." if has_header else ""
        remedy = ", or ".join([*self.ways_out, "correct the table and upload it again"])
        return f"{named}{counted} {remedy[0].upper()}{remedy[1:]}."


def missing_inputs(version: DatasetVersion, definition: Mapping[str, Any]) -> list[str]:
    """Return the program's input fields that are no input columns of the version."""
    return _missing(definition["input_fields"], version.input_columns)


def missing_targets(version: DatasetVersion, definition: Mapping[str, Any]) -> list[str]:
    """Return the program's output fields that are no target columns of the version."""
    return _missing(definition["output_fields"], version.target_columns)


def load_data(version: DatasetVersion, definition: Mapping[str, Any], *, most: int | None = None) -> RunData:
    """Read the rows; a column belongs to the field of the same name, whatever the case.

    Args:
        version: whose rows.
        definition: of the program.
        most: rows of each split to read; all of them when left out.

    Raises:
        UnfitData: a column is missing, or a cell does not hold what its output field declares.
    """
    if missing := missing_inputs(version, definition):
        raise UnfitData(f"the program reads {_quoted(missing)}, which {version} has no input columns for")
    if missing := missing_targets(version, definition):
        raise UnfitData(f"the program answers {_quoted(missing)}, which {version} has no target columns for")
    problems = _Problems()
    splits = {name: _load(version, name, definition, problems, most) for name in ("train", "validation", "test")}
    if problems.cells:
        raise UnfitData(problems.in_words(has_header=version.table.has_header))
    if version.feedback_columns:
        splits["train"].notes = list(itertools.islice(version.feedback("train"), most))
    return RunData(**splits)


def _load(
    version: DatasetVersion, name: str, definition: Mapping[str, Any], problems: _Problems, most: int | None
) -> Split:
    reads = _pairs(definition["input_fields"], version.input_columns)
    answers = _pairs(definition["output_fields"], version.target_columns)
    split = Split()
    for position, inputs, targets in itertools.islice(version.rows(name), most):
        target: JsonObject = {}
        for output, column in answers:
            try:
                target[output["name"]] = to_field(targets[column], output)
            except UnfitCell as unfit:
                problems.cells.append(f"row {position + 1}, column “{column}” {unfit}")
                problems.ways_out |= {unfit.way_out: None} if unfit.way_out else {}
        split.x.append({field["name"]: inputs[column] for field, column in reads})
        split.y.append(target)
    return split


def _pairs(fields: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> list[tuple[Mapping[str, Any], str]]:
    by_name = {_plain(column): column for column in columns}
    return [(field, by_name[_plain(field["name"])]) for field in fields]


def _missing(fields: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> list[str]:
    known = {_plain(column) for column in columns}
    return [field["name"] for field in fields if _plain(field["name"]) not in known]


def _plain(name: str) -> str:
    return name.strip().casefold()


def _quoted(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
