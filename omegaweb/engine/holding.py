"""The condition of all that is written about a run, as SQL: whoever writes still holds the run.

Django's queries are put together anew each time, which takes ten times as long as to carry these out; and a statement
that asks for the claim itself needs no transaction around it, so the thread that writes lets go of the run's only once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.db import connection, models

from omegaweb.runs.models import UNDER_WAY, Run

#: What is true of a run that nobody has to hold.
ANYBODY = "SELECT 1 AS held"
STATES = tuple(str(state) for state in UNDER_WAY)  # members of an enumeration, SQLite would first have to look up
#: Rows in one statement: SQLite takes 999 values.
ROWS = 50

Row = Mapping[str, Any]  # by column, as the database takes them


class RunLost(Exception):
    """The run is not this process's any more: another took it over, or somebody interrupted it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A run as a writer holds it; without a fence it need not be held."""

    run_id: int
    fence: int | None

    def confirm(self) -> None:
        """Make sure that more may be written; inside a transaction nobody can change that before it ends.

        Raises:
            RunLost: it may not.
        """
        if self.fence is None:
            return
        with connection.cursor() as cursor:
            cursor.execute(*self.condition(can_lock=connection.features.has_select_for_update))
            if cursor.fetchone() is None:
                raise RunLost("another process took the run over, or it was interrupted")

    def condition(self, *, can_lock: bool) -> tuple[str, list[Any]]:
        """Return a query that has one row as long as the run is held, and its values."""
        if self.fence is None:
            return ANYBODY, []
        return _whoever_holds_it(can_lock), [self.run_id, self.fence, *STATES]


def insert(
    model: type[models.Model], rows: Sequence[Row], holding: Holding | None = None, *, on_conflict: str = "DO NOTHING"
) -> int:
    """Write rows and return how many.

    Args:
        model: whose rows they are.
        rows: all with the same columns in the same order.
        holding: the run that must be held; None inside a transaction that asks for it.
        on_conflict: what becomes of a row that is there already; one that stays as it is does not count.
    """
    written = 0
    can_lock = connection.features.has_select_for_update
    for statement, values in insertions(model, rows, holding, can_lock=can_lock, on_conflict=on_conflict):
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            written += cursor.rowcount
    return written


def insertions(
    model: type[models.Model],
    rows: Sequence[Row],
    holding: Holding | None,
    *,
    can_lock: bool,
    on_conflict: str = "DO NOTHING",
) -> Iterator[tuple[str, list[Any]]]:
    """Yield the statements of :func:`insert`, and the values of each.

    Args:
        model: likewise, and so on.
        rows: likewise.
        holding: likewise.
        can_lock: whether the database locks rows, or itself as a whole.
        on_conflict: likewise.
    """
    condition, held = ("", []) if holding is None else holding.condition(can_lock=can_lock)
    for start in range(0, len(rows), ROWS):
        piece = rows[start : start + ROWS]
        values = [*held]
        for row in piece:
            values += row.values()
        yield _insertion(model._meta.db_table, tuple(piece[0]), len(piece), condition, on_conflict), values


@cache
def _whoever_holds_it(can_lock: bool) -> str:
    states = ", ".join(["%s"] * len(STATES))
    where = f"FROM {Run._meta.db_table} WHERE id = %s AND fence = %s AND state IN ({states})"
    return f"{ANYBODY} {where}{' FOR UPDATE' if can_lock else ''}"


@lru_cache(maxsize=200)
def _insertion(table: str, columns: tuple[str, ...], count: int, condition: str, on_conflict: str) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    row = f"({', '.join(['%s'] * len(columns))})"
    rows = f"VALUES {', '.join([row] * count)}"
    if condition:
        rows = f"WITH mine AS ({condition}) SELECT given.* FROM ({rows}) AS given, mine WHERE true"
    # INSERT has to come first: Python's sqlite3 counts no rows of what begins with WITH.
    return f"INSERT INTO {table} ({names}) {rows} ON CONFLICT {on_conflict}"
