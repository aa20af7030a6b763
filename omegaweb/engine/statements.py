"""Rows written by statements that are put together once; Django puts each of its own together anew."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.db import connection, models

from omegaweb.engine.holding import Row


def add(model: type[models.Model], row: Row) -> int:
    """Write a row and return its number.

    Args:
        model: whose row it is.
        row: by column, as the database takes the values.

    Raises:
        IntegrityError: it is there already.
    """
    with connection.cursor() as cursor:
        cursor.execute(_addition(model._meta.db_table, tuple(row)), [*row.values()])
        (number,) = cursor.fetchone()
    return int(number)


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
def _addition(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))}) RETURNING id"


@lru_cache(maxsize=50)
def _change(table: str, columns: tuple[str, ...]) -> str:
    *changed, key = columns
    values = ", ".join(f'"{column}" = %s' for column in changed)
    return f'UPDATE {table} SET {values} WHERE "{key}" = %s'
