"""Rows written by statements that are put together once; Django puts each of its own together anew."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models

from omegaweb.engine.holding import Row

#: Values in one statement, as SQLite takes them.
VALUES = 999


def add(model: type[models.Model], rows: Sequence[Row], *, name: str) -> dict[Any, int]:
    """Write rows and return their numbers.

    Args:
        model: whose rows they are.
        rows: by column, as the database takes the values; all with the same columns in the same order.
        name: the column by which a row is known in what is returned.

    Raises:
        IntegrityError: one is there already.
    """
    numbers: dict[Any, int] = {}
    at_once = max(1, VALUES // len(rows[0])) if rows else 1
    for start in range(0, len(rows), at_once):
        piece = rows[start : start + at_once]
        with connection.cursor() as cursor:
            statement = _addition(model._meta.db_table, tuple(piece[0]), len(piece), name)
            cursor.execute(statement, [value for row in piece for value in row.values()])
            numbers |= dict(cursor.fetchall())
    return numbers


def update(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Write what changed about rows.

    Args:
        model: whose rows they are.
        rows: all with the same columns in the same order, their ``id`` last.
    """
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_change(model._meta.db_table, tuple(rows[0])), [[*row.values()] for row in rows])


@lru_cache(maxsize=50)
def _addition(table: str, columns: tuple[str, ...], count: int, name: str) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    row = f"({', '.join(['%s'] * len(columns))})"
    return f'INSERT INTO {table} ({names}) VALUES {", ".join([row] * count)} RETURNING "{name}", id'


@lru_cache(maxsize=50)
def _change(table: str, columns: tuple[str, ...]) -> str:
    *changed, key = columns
    values = ", ".join(f'"{column}" = %s' for column in changed)
    return f'UPDATE {table} SET {values} WHERE "{key}" = %s'
