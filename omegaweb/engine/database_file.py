"""Where the rows lie, if that is a file."""

from __future__ import annotations

from django.db import connection


def database_file() -> str | None:
    """Return the path of the database; None where it is none, or only in memory."""
    name = str(connection.settings_dict["NAME"])
    return None if connection.vendor != "sqlite" or name.startswith(("file:", ":")) else name
