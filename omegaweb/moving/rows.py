"""Rows of a file become rows of the database, some hundred at a time, under new numbers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models

from omegaweb.moving.archive import ArchiveReader, NotImportable, Row
from omegaweb.moving.people import People
from omegaweb.moving.shapes import NAMES, Shape
from omegaweb.moving.values import default_of, reader_of

ROWS_AT_A_TIME = 500

#: Changes the values of a row before it is written.
Change = Callable[[Row], Row]


class Rows:
    """Writes the members of one file and remembers which row is which."""

    def __init__(self, archive: ArchiveReader, people: People) -> None:
        self._archive = archive
        self._people = people
        self.known: dict[str, dict[Any, int]] = {kind: {} for kind in NAMES}  # kind → name in the file → number here

    def one(self, shape: Shape) -> Row:
        """Return the values of the only row of a member.

        Raises:
            NotImportable: there is none, or it cannot be used.
        """
        row = next(self._archive.rows(shape.member), None)
        if row is None:
            raise NotImportable(f"The file is broken: {shape.member}.jsonl is empty.")
        return self._values(shape, row, line=1)

    def create(self, shape: Shape, change: Change = dict, **base: Any) -> None:
        """Write the rows of a member.

        Args:
            shape: of the rows.
            change: of each row's values.
            **base: columns that the file does not have.

        Raises:
            NotImportable: a row cannot be used.
        """
        numbered = enumerate(self._archive.rows(shape.member), start=1)
        while batch := list(itertools.islice(numbered, ROWS_AT_A_TIME)):
            values = [self._changed(shape, change, row, line) for line, row in batch]
            made = shape.rows.bulk_create([shape.model(**each, **base) for each in values])
            keep_times(made, values)
            if shape.kind:
                for (_, row), instance in zip(batch, made, strict=True):
                    self.known[shape.kind][_name_of(shape, row)] = instance.pk

    def link(self, shape: Shape) -> None:
        """Write the names of rows that may stand further down in the same member."""
        numbered = enumerate(self._archive.rows(shape.member), start=1)
        linked = ((line, row) for line, row in numbered if any(row.get(name) is not None for name in shape.later))
        while batch := list(itertools.islice(linked, ROWS_AT_A_TIME)):
            instances = [self._linked(shape, row, line) for line, row in batch]
            shape.rows.bulk_update(instances, shape.later)

    def number_of(self, shape: Shape, name: str, row: Row) -> int | None:
        """Return the number here of the row that a column names.

        Raises:
            ValueError: there is no such row in the file.
        """
        named = row.get(name)
        if named is None:
            return None
        try:
            return self.known[shape.names[name]][named]
        except (KeyError, TypeError):
            raise ValueError(f"{name} is {str(named)[:60]!r}, which is not in the file") from None

    def _changed(self, shape: Shape, change: Change, row: Row, line: int) -> Row:
        values = self._values(shape, row, line=line)
        with _telling(shape, line):
            return change(values)

    def _linked(self, shape: Shape, row: Row, line: int) -> models.Model:
        with _telling(shape, line):
            ids = {f"{name}_id": self.number_of(shape, name, row) for name in shape.later}
        return shape.model(pk=self.known[shape.kind][_name_of(shape, row)], **ids)

    def _values(self, shape: Shape, row: Row, *, line: int) -> Row:
        with _telling(shape, line):
            values = {name: _value(shape, name, row) for name in shape.fields}
            for name in shape.names.keys() - set(shape.later):
                values[f"{name}_id"] = self.number_of(shape, name, row)
            for name in shape.people:
                values[name] = self._person(row.get(name))
            return values

    def _person(self, number: Any) -> Any:
        try:
            return self._people.user(number)
        except (KeyError, TypeError):
            raise ValueError(f"person {number} is not in the file") from None


@contextmanager
def _telling(shape: Shape, line: int) -> Iterator[None]:
    """Say in which line something was wrong."""
    try:
        yield
    except NotImportable:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # a row may hold anything
        raise NotImportable(f"The file cannot be used: {shape.member}.jsonl, line {line}: {error}.") from error


def keep_times(made: list[Any], values: list[Row]) -> None:
    """Put back the times at which rows were made, where the model would note the present."""
    if not made:
        return
    fields = made[0]._meta.concrete_fields
    stamped = [
        field.name for field in fields if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False)
    ]
    if not stamped:
        return
    for instance, each in zip(made, values, strict=True):
        times = {name: each[name] for name in stamped}
        type(instance)._default_manager.filter(pk=instance.pk).update(**times)


def _value(shape: Shape, name: str, row: Row) -> Any:
    if name not in row:
        return default_of(shape.model, name)
    return reader_of(shape.model, name)(row[name])


def _name_of(shape: Shape, row: Row) -> Any:
    """Return what other rows of the file call this one."""
    match shape.kind:
        case "request":
            return str(row["pk"])
        case "review":
            return row["candidate"]
    return row["number"]
