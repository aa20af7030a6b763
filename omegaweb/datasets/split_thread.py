"""Splits a large table in a thread of its own, so that no request waits for it; the table says how far it is."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import close_old_connections, connection
from django.utils import timezone

from omegaweb.datasets.importing import LOST_AFTER_SECONDS
from omegaweb.datasets.models import Table

logger = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.3
LOST = "The server stopped while it split the rows. Nothing was changed: save the columns and the split again."
FAILED = "Something went wrong on this server while it split the rows. The details are in its log; nothing was changed."

#: Told how many rows are done.
Tell = Callable[[int], None]

_splitting: set[int] = set()


def claim(table: Table) -> bool:
    """Mark the table as being split; False if it is already."""
    free = Table.objects.filter(pk=table.pk, split_progress__isnull=True)
    return bool(free.update(split_progress=0, split_error="", alive_at=timezone.now()))


def start(table: Table, split: Callable[..., Any]) -> None:
    """Call `split` with a keyword `tell` in the background; the table is claimed."""
    _splitting.add(table.pk)
    name = f"split-{table.pk}"
    threading.Thread(target=_split_in_thread, args=(table, split), daemon=True, name=name).start()


def fail_if_lost(table: Table) -> None:
    """Say that the split is lost when the process that was making it is gone."""
    silent = (timezone.now() - table.alive_at).total_seconds()
    if table.is_splitting and table.pk not in _splitting and silent > LOST_AFTER_SECONDS:
        Table.objects.filter(pk=table.pk).update(split_progress=None, split_error=LOST)
        table.refresh_from_db()


def _split_in_thread(table: Table, split: Callable[..., Any]) -> None:
    close_old_connections()
    error = ""
    try:
        split(tell=_teller(table))
    except Exception:  # the top of a thread: nobody above could tell the person
        logger.exception("table %s could not be split", table.pk)
        error = FAILED
    finally:
        Table.objects.filter(pk=table.pk).update(split_progress=None, split_error=error)
        _splitting.discard(table.pk)
        connection.close()


def _teller(table: Table) -> Tell:
    told_at = 0.0

    def tell(done: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > PROGRESS_SECONDS:
            told_at = time.monotonic()
            # What comes after the last row has no rows to count.
            percent = min(90, 90 * done // max(1, table.row_count))
            Table.objects.filter(pk=table.pk).update(split_progress=percent, alive_at=timezone.now())

    return tell
