"""Reads bytes as the site does, for the tests of the readers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from omegaweb.datasets.reading.formats import open_table
from omegaweb.datasets.reading.raw_table import RawTable, ReadingOptions


def read(folder: Path, content: str | bytes, name: str, **options: Any) -> tuple[RawTable, list[list[Any]]]:
    """Return the opened table and all its rows."""
    path = folder / "stored"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    table = open_table(path, name, ReadingOptions(**options))
    return table, list(table.rows)
