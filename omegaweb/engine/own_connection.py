"""A run's own connection to a SQLite file, on which its loop writes without waiting for any other thread.

To hand an answer to the writer's thread and to hear back costs a busy loop more time than the answer took to write, and
whatever waits for the answer waits as long. So the loop itself writes where that takes a tenth of a millisecond: into a
file that nobody else is writing into for long. All else is left to the writer, which can wait and try again.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence

from django.db import connection, models

from omegaweb.engine.holding import Holding, Row, insertions


class NotWritten(Exception):
    """Not all of it was written; what was may be written again."""


class Busy(NotWritten):
    """Somebody else writes just now, and will be done in a moment."""


class OwnConnection:
    """Made in a thread that may use the ORM, for one thread at a time."""

    def __init__(self) -> None:
        self._file = str(connection.settings_dict["NAME"])
        self._raw: sqlite3.Connection = connection.get_new_connection(connection.get_connection_params())
        self._raw.isolation_level = None  # each statement is a transaction
        self._raw.execute("PRAGMA busy_timeout = 0")
        # To carry over what the log of the file holds takes many milliseconds; the writer's connection does it.
        self._raw.execute("PRAGMA wal_autocheckpoint = 0")

    @classmethod
    def if_possible(cls) -> OwnConnection | None:
        """Return a connection where the database is a file."""
        is_file = connection.vendor == "sqlite" and not str(connection.settings_dict["NAME"]).startswith(("file:", ":"))
        return cls() if is_file else None

    def insert(self, model: type[models.Model], rows: Sequence[Row], holding: Holding) -> int:
        """Write rows, if that can be done at once, and return how many.

        Raises:
            Busy: somebody else writes just now.
            NotWritten: anything else is in the way.
        """
        if not os.path.exists(self._file):  # a Path takes three times as long
            raise NotWritten(f"the database file {self._file} is gone")
        written = 0
        try:
            for statement, values in insertions(model, rows, holding, can_lock=False):
                written += self._raw.execute(statement.replace("%s", "?"), values).rowcount
        except sqlite3.Error as error:
            is_busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            raise (Busy if is_busy else NotWritten)(str(error)) from error
        return written

    def close(self) -> None:
        self._raw.close()
