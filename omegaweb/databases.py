"""Where the site keeps its rows: a file of its own, or what OMEGAWEB_DATABASE_URL names."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import dj_database_url

from omegaweb.environment import PREFIX

FILE = "omegaweb.sqlite3"
#: Options that a host has no reason to choose; what the address says goes first.
SQLITE_OPTIONS = {
    # Seconds to wait for another writer before "database is locked".
    "timeout": 20,
    # A transaction that begins as a reader cannot wait when it wants to write later.
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
#: A database that does not answer counts as gone after 10 s. Who waits for another writer gives up after 20 s, as with
#: SQLite; and one that stands still in the middle of a transaction loses it, or nobody could take over its runs.
POSTGRES_OPTIONS = {
    "connect_timeout": 10,
    "options": "-c lock_timeout=20s -c idle_in_transaction_session_timeout=20s",
}
SCHEMES = ("postgres", "postgresql", "sqlite")


def database(url: str, folder: Path) -> dict[str, Any]:
    """Return Django's settings for the database at an address; without one, for a file in the data folder.

    Raises:
        ValueError: if the address names no database that the site knows.
    """
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / FILE, "OPTIONS": SQLITE_OPTIONS}
    if urlsplit(url).scheme not in SCHEMES:
        raise ValueError(
            f"{PREFIX}DATABASE_URL={_without_password(url)} is no database this site knows: write "
            "postgres://user:password@host:5432/name or sqlite:////folder/file.sqlite3"
        )
    # A connection that is looked at before it is used outlives a restart of the database.
    chosen: dict[str, Any] = {**dj_database_url.parse(url, conn_health_checks=True)}
    is_file = urlsplit(url).scheme == "sqlite"
    chosen["OPTIONS"] = {**(SQLITE_OPTIONS if is_file else POSTGRES_OPTIONS), **chosen.get("OPTIONS", {})}
    if not is_file:
        chosen["ENGINE"] = "omegaweb.postgres"
    return chosen


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
