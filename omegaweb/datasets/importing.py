"""Turns an uploaded file into rows, in a thread of its own, without holding other writers up."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from omegaweb.datasets.columns import ColumnStatistics
from omegaweb.datasets.models import Table, TableRow
from omegaweb.datasets.reading.errors import UnreadableFile
from omegaweb.datasets.reading.formats import open_table
from omegaweb.datasets.reading.raw_table import RawTable, ReadingOptions

logger = logging.getLogger(__name__)

ROWS_A_WRITE = 500
ROWS_A_DELETE = 5000
PROGRESS_SECONDS = 0.3
# A reading thread shows a sign of life at least this often, except while a sheet is unpacked.
LOST_AFTER_SECONDS = 30
LOST = (
    "The server stopped while it read the file: it was restarted, or the file took more memory than there is. "
    "Read the file again; if it stops there once more, save the part that you need as CSV and upload that."
)

_reading: set[int] = set()
_lock = threading.Lock()


def start(table_id: int) -> None:
    """Read the table in the background, unless this process is already at it."""
    with _lock:
        if table_id in _reading:
            return
        _reading.add(table_id)
    threading.Thread(target=_read_in_thread, args=(table_id,), daemon=True, name=f"table-{table_id}").start()


def fail_if_lost(table: Table) -> None:
    """Give a table up when the process that was reading it is gone.

    It is not read again by itself: the file may be what ended the process, and would end this one.
    """
    silent = (timezone.now() - table.alive_at).total_seconds()
    if table.is_reading and table.pk not in _reading and silent > LOST_AFTER_SECONDS:
        delete_rows(table)
        lost = Table.objects.filter(pk=table.pk, state=Table.State.READING)
        lost.update(state=Table.State.FAILED, error=LOST, row_count=0)
        table.refresh_from_db()


def read_now(table_id: int) -> None:
    """Read the table; afterwards it is ready or failed, never half there."""
    table = Table.objects.get(pk=table_id)
    delete_rows(table)
    try:
        _store(table)
    except UnreadableFile as problem:
        delete_rows(table)
        _update(table, state=Table.State.FAILED, error=str(problem), row_count=0)


def _read_in_thread(table_id: int) -> None:
    close_old_connections()
    try:
        read_now(table_id)
    except Exception:  # the top of a thread: nobody above could tell the person
        logger.exception("table %s could not be read", table_id)
        table = Table.objects.filter(pk=table_id).first()
        if table is not None:
            delete_rows(table)
            _update(
                table,
                state=Table.State.FAILED,
                error="Something went wrong on this server while the file was read. "
                "The details are in its log. Nothing was kept of the rows.",
            )
    finally:
        with _lock:
            _reading.discard(table_id)
        connection.close()


def _why_no_rows(filename: str, raw: RawTable) -> str:
    ending = Path(filename).suffix.lower()
    if ending in (".xlsx", ".xls") and raw.format not in ("XLSX", "XLS"):
        return (
            f"This is no Excel file: it is named {ending}, but holds a text of one row. Save it in a spreadsheet "
            "program as .xlsx, or upload a table as CSV."
        )
    return "The file has column names but no rows below them."


def _store(table: Table) -> None:
    options = ReadingOptions(
        encoding=table.encoding,
        delimiter=table.delimiter,
        column_limit=settings.TABLE_COLUMN_LIMIT,
        row_limit=settings.TABLE_ROW_LIMIT,
    )
    raw = open_table(Path(settings.MEDIA_ROOT) / table.file, table.filename, options)
    statistics = [ColumnStatistics(name) for name in raw.names]
    count = _store_rows(table, raw, statistics)
    if count == 0:
        raise UnreadableFile(_why_no_rows(table.filename, raw))
    columns = [column.summary() for column in statistics]
    _update(
        table,
        state=Table.State.READY,
        progress=100,
        error="",
        format=raw.format,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        columns=columns,
        row_count=count,
        warnings=raw.warnings + _warn_of_blanks([column["name"] for column in columns if column["blank"] == count]),
    )


def _store_rows(table: Table, raw: RawTable, statistics: list[ColumnStatistics]) -> int:
    position = 0
    told_at = time.monotonic()
    while batch := list(itertools.islice(raw.rows, ROWS_A_WRITE)):
        rows = []
        for values in batch:
            for column, value in zip(statistics, values, strict=True):
                column.see(value)
            rows.append(TableRow(table=table, position=position, values=values))
            position += 1
        if position > settings.TABLE_ROW_LIMIT:
            raise UnreadableFile(
                f"The file has more than {settings.TABLE_ROW_LIMIT:,} rows. A few thousand are "
                "plenty for a run: upload a random part of it."
            )
        with transaction.atomic():
            TableRow.objects.bulk_create(rows)
        if time.monotonic() - told_at > PROGRESS_SECONDS:
            told_at = time.monotonic()
            _update(table, progress=min(99, int(100 * raw.fraction_read())), row_count=position)
    return position


def _warn_of_blanks(names: list[str]) -> list[str]:
    if not names:
        return []
    return ["Without any value: " + ", ".join(f"“{name}”" for name in names[:8]) + "."]


def _update(table: Table, **values: object) -> None:
    # By id, so that a dataset deleted meanwhile does not come back.
    Table.objects.filter(pk=table.pk).update(alive_at=timezone.now(), **values)


def delete_rows(table: Table) -> None:
    """Delete the rows of a table in pieces, because one long delete would hold up every other writer."""
    while ids := list(table.rows.order_by().values_list("pk", flat=True)[:ROWS_A_DELETE]):
        TableRow.objects.filter(pk__gte=min(ids), pk__lte=max(ids), table=table).delete()
