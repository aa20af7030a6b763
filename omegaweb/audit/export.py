"""The audit log as a file: CSV for spreadsheets, JSON Lines for programs, a line an entry, the oldest first."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from omegaweb.audit.models import AuditEntry, AuditEntryQuerySet

COLUMNS = (
    *("id", "at", "project_id", "project_name", "actor_id", "actor_name"),
    *("action", "target_kind", "target_id", "target_name", "before", "after"),
)
ENTRIES_AT_A_TIME = 500
#: A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(entries: AuditEntryQuerySet) -> Iterator[str]:
    """Yield the log as CSV, with a head."""
    yield _csv_line(COLUMNS)
    for entry in _oldest_first(entries):
        yield _csv_line([_cell(getattr(entry, name)) for name in COLUMNS])


def json_lines(entries: AuditEntryQuerySet) -> Iterator[str]:
    """Yield the log as JSON Lines."""
    for entry in _oldest_first(entries):
        values = {name: getattr(entry, name) for name in COLUMNS}
        yield json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"


#: Kind → how it is written, and its content type.
KINDS: dict[str, tuple[Callable[[AuditEntryQuerySet], Iterator[str]], str]] = {
    "csv": (csv_lines, "text/csv"),
    "jsonl": (json_lines, "application/x-ndjson"),
}


def _oldest_first(entries: AuditEntryQuerySet) -> Iterator[AuditEntry]:
    return entries.order_by("pk").iterator(chunk_size=ENTRIES_AT_A_TIME)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv_line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
