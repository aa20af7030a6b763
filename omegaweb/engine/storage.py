"""Writes what runs say and are answered into the database: whole transactions, and only for whoever holds the run."""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError, connection, connections, transaction

from omegaweb.engine import announcer, review_rows
from omegaweb.engine.database_file import database_file
from omegaweb.engine.holding import Holding, RunLost, insert
from omegaweb.engine.json_column import json_column
from omegaweb.engine.projection import Projection
from omegaweb.runs import models
from optimizer_core.events import Event, event_to_json

logger = logging.getLogger(__name__)

#: How often a transaction is tried again when the database is locked or gone.
ATTEMPTS = 3


class RecordingFailed(Exception):
    """What the run said could not be written down, so it must not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something a run said."""

    run_id: int
    event: Event
    at: datetime


class Storage:
    """The runs that one writer writes about. Touched by the writer's thread alone, unless a method says otherwise."""

    def __init__(self) -> None:
        self._projections: dict[int, Projection] = {}
        self._failures: dict[int, Exception] = {}
        self._fences: dict[int, int] = {}
        self._held: dict[int, float] = {}  # moments, monotonic, after which something could be written
        self._further: set[int] = set()  # runs that were answered something new since they were opened

    def open(self, run_id: int, *, fence: int) -> None:
        """Write about this run only as long as it is under way and claimed so. Any thread."""
        self._fences[run_id] = fence

    def holding(self, run_id: int) -> Holding:
        """Return how the run is held."""
        return Holding(run_id=run_id, fence=self._fences.get(run_id))

    def forget(self, run_id: int) -> Exception | None:
        """Forget the run and return what went wrong, if anything."""
        self._projections.pop(run_id, None)
        self._fences.pop(run_id, None)
        self._held.pop(run_id, None)
        self._further.discard(run_id)
        return self._failures.pop(run_id, None)

    def check(self, run_id: int) -> None:
        """Do nothing as long as everything about this run could be written. Any thread.

        Raises:
            RecordingFailed: something could not.
        """
        failure = self._failures.get(run_id)
        if failure is not None:
            raise RecordingFailed(f"what the run said could not be written down: {failure}") from failure

    def has_failed(self, run_id: int) -> bool:
        """Tell whether something about this run could not be written. Any thread."""
        return run_id in self._failures

    def was_held(self, run_id: int, *, within: float) -> bool:
        """Tell whether something about this run could be written so many seconds ago or less. Any thread."""
        return time.monotonic() - self._held.get(run_id, -math.inf) < within

    def write_lines(self, run_id: int, lines: Sequence[Line]) -> None:
        """Write what a run said; a failure is kept for whoever asks next."""
        if run_id in self._failures:
            return
        try:
            self._say(run_id, lines)
        except (RunLost, OperationalError) as error:
            self._fail(run_id, error)
        except Exception:  # one of them is at fault: keep those before it
            try:
                for line in lines:
                    self._say(run_id, [line])
            except Exception as error:
                self._fail(run_id, error)

    def carry_out(self, run_id: int, work: Callable[[], None]) -> None:
        """Write something else that belongs to a run; likewise."""
        if run_id in self._failures:
            return
        try:
            self._insist(run_id, work)
        except Exception as error:
            self._fail(run_id, error)

    def keep(self, run_id: int, write: Callable[[Holding], None]) -> None:
        """Let something be written in statements that hold the run; what fails is tried again from the beginning.

        Raises:
            RecordingFailed: it was not written, or something before it was not.
        """
        self.check(run_id)
        try:
            self._insist(run_id, lambda: self._get_further(self.holding(run_id), write))
        except Exception as error:
            self._fail(run_id, error)
            self.check(run_id)

    def _get_further(self, holding: Holding, write: Callable[[Holding], None]) -> None:
        write(holding)
        if holding.run_id not in self._further:
            with transaction.atomic():
                holding.confirm()
                models.Run.objects.filter(pk=holding.run_id).update(losses=0)
            self._further.add(holding.run_id)

    def _fail(self, run_id: int, error: Exception) -> None:
        if isinstance(error, RunLost):
            logger.warning("run %s: %s", run_id, error)
        else:
            logger.error("run %s: what it said could not be written", run_id, exc_info=error)
        self._failures[run_id] = error

    def _say(self, run_id: int, lines: Sequence[Line]) -> None:
        self._insist(run_id, lambda: self._append(run_id, lines))
        run = self._projections[run_id].run
        reviews = any(line.event.kind in review_rows.KINDS for line in lines)
        announcer.announce(run_id, project_id=run.project_id, sequence=run.last_sequence, reviews=reviews)

    def _insist(self, run_id: int, work: Callable[[], None]) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            began = time.monotonic()
            try:
                _check_file()
                work()
                self._held[run_id] = began
                return
            except Exception as error:
                self._projections.pop(run_id, None)  # it is ahead of the database now
                if attempt == ATTEMPTS or not isinstance(error, OperationalError):
                    raise
                connections.close_all()

    def _append(self, run_id: int, lines: Sequence[Line]) -> None:
        projection = self._projections.get(run_id) or self._load(run_id)
        rows = _rows(run_id, lines, start=projection.run.last_sequence + 1)
        for row, line in zip(rows, lines, strict=True):
            projection.apply(line.event, sequence=row["sequence"], at=line.at)
        with transaction.atomic():  # only now, for nobody else can write into a file meanwhile
            self.holding(run_id).confirm()
            if insert(models.Event, rows) < len(rows):
                raise IntegrityError(f"events of run {run_id} from number {rows[0]['sequence']} on are there already")
            projection.save()

    def _load(self, run_id: int) -> Projection:
        self.holding(run_id).confirm()  # of another process's run, nothing said here would make sense
        projection = Projection(models.Run.objects.select_related("best", "baseline").get(pk=run_id))
        self._projections[run_id] = projection
        return projection


def _rows(run_id: int, lines: Sequence[Line], *, start: int) -> list[dict[str, Any]]:
    """Return what a run said as lines of its log, numbered from ``start``."""
    at = connection.ops.adapt_datetimefield_value
    return [
        {
            "run_id": run_id,
            "sequence": sequence,
            "kind": line.event.kind,
            "payload": json_column(event_to_json(line.event)),
            "at": at(line.at),
        }
        for sequence, line in enumerate(lines, start=start)
    ]


def _check_file() -> None:
    """Refuse to write into a database whose file was taken away: SQLite would go on, and nobody would find it again."""
    name = database_file()
    if name is not None and not os.path.exists(name):
        raise OperationalError(f"the database file {name} is gone")
