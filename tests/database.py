"""The database of a worker: a copy of tables that one worker makes for all, and emptied quickly after a test."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from omegaweb.audit import triggers

#: Made by migrations for all tests.
KEPT = {"django_content_type", "auth_permission"}


def use_own(folder: Path, worker: str) -> None:
    """Let this worker use a database of its own.

    The first worker makes the tables, which takes seconds; all take copies. Nothing is dropped at the end: threads of
    a test may still hold connections.

    Args:
        folder: the same for all workers.
        worker: its name.
    """
    creation = connection.creation
    if connection.vendor == "sqlite":
        # A file, not memory: the live server and the threads of a run open connections of their own.
        connection.settings_dict["TEST"]["NAME"] = str(folder / "tables.sqlite3")
    with _alone(folder / "tables.lock"):
        made = folder / "tables.made"
        if not made.exists():
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            triggers.remove(connection)  # a test of them installs them again; the others empty that table, too
            made.touch()
        else:
            connection.settings_dict["NAME"] = creation._get_test_db_name()  # type: ignore[attr-defined]  # the stubs lack it
        connection.close()
        creation.clone_test_db(suffix=worker, verbosity=0, autoclobber=True)
    own = creation.get_test_db_clone_settings(worker)["NAME"]
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = own


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let the other workers wait."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def empty(*_: object) -> None:
    """Delete all rows. Django would do so in every table, and then make content types and permissions anew."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_which_hold_rows())
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@cache
def _which_hold_rows() -> str:
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
    return " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})" for table in sorted(tables)
    )
