"""Writes down what runs say: any thread may speak, one thread per process writes."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import OperationalError, connections, transaction
from django.utils import timezone

from omegaweb.engine import announcer
from omegaweb.engine.projection import Projection
from omegaweb.runs import models
from optimizer_core.events import Event, event_to_json

logger = logging.getLogger(__name__)

#: Lines that may wait; a run that says more is held until the database has caught up.
CAPACITY = 1000
#: Lines in one transaction.
BATCH = 200
#: Seconds that a line may wait for company, so that few transactions hold many lines.
LINGER = 0.1
#: Seconds without a word after which the database is let go.
IDLE = 1.0
#: How often a transaction is tried again when the database is locked or gone.
ATTEMPTS = 3


class RecordingFailed(Exception):
    """What the run said could not be written down, so it must not go on."""


class RunLost(Exception):
    """The run is not this process's any more: somebody interrupted it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something a run said."""

    run_id: int
    event: Event
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something else to be done after everything the run has said so far."""

    run_id: int
    work: Callable[[], Any]
    done: Future[Any] = field(default_factory=Future)


class Writer:
    """A queue and the thread that empties it into the database."""

    def __init__(self, *, capacity: int = CAPACITY) -> None:
        self._queue: queue.Queue[Line | Job] = queue.Queue(maxsize=capacity)
        self._projections: dict[int, Projection] = {}  # touched by the writer's thread alone
        self._failures: dict[int, Exception] = {}
        self._claims: dict[int, str] = {}
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def open(self, run_id: int, *, claim: str) -> None:
        """Write what this run says only as long as it is under way and claimed so."""
        self._claims[run_id] = claim

    def write(self, run_id: int, event: Event) -> None:
        """Queue an event; waits while the queue is full.

        Raises:
            RecordingFailed: an earlier event of this run could not be written.
        """
        self._check(run_id)
        self._put(Line(run_id=run_id, event=event, at=timezone.now()))

    def submit(self, run_id: int, work: Callable[[], Any]) -> Future[Any]:
        """Queue work for the writer's thread; it happens after everything said before."""
        job = Job(run_id=run_id, work=work)
        self._put(job)
        return job.done

    def confirm(self, run_id: int) -> None:
        """Make sure, in the writer's thread and inside a transaction, that more may be written about this run.

        Raises:
            RecordingFailed: something it said was lost, or the run is not this process's any more.
        """
        self._check(run_id)
        try:
            self._check_claim(run_id)
        except RunLost as lost:
            logger.warning("run %s: %s", run_id, lost)
            self._failures[run_id] = lost
        self._check(run_id)

    def close(self, run_id: int) -> Exception | None:
        """Wait until everything the run said is written, forget the run, and return what went wrong, if anything."""
        self.submit(run_id, lambda: self._projections.pop(run_id, None)).result()
        self._claims.pop(run_id, None)
        return self._failures.pop(run_id, None)

    def _check(self, run_id: int) -> None:
        failure = self._failures.get(run_id)
        if failure is not None:
            raise RecordingFailed(f"what the run said could not be written down: {failure}") from failure

    def _put(self, item: Line | Job) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="run-writer", daemon=True)
                self._thread.start()
        self._queue.put(item)

    def _work(self) -> None:
        while True:
            items = self._next_items()
            items.sort(key=lambda item: item.run_id)  # runs know nothing of each other; each keeps its own order
            for (run_id, is_line), group in groupby(items, key=lambda item: (item.run_id, isinstance(item, Line))):
                if is_line:
                    self._write_lines(run_id, [item for item in group if isinstance(item, Line)])
                else:
                    for item in group:
                        self._do(item)

    def _next_items(self) -> list[Line | Job]:
        """Wait for something to do, and a moment for more of it; somebody waits for a job, so it goes at once."""
        try:
            items = [self._queue.get(timeout=IDLE)]
        except queue.Empty:
            connections.close_all()  # nobody knows when the next line comes
            items = [self._queue.get()]
        end = time.monotonic() + LINGER
        while len(items) < BATCH and not isinstance(items[-1], Job):
            try:
                items.append(self._queue.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                break
        return items

    def _do(self, job: Any) -> None:
        try:
            job.done.set_result(job.work())
        except Exception as error:  # whoever submitted the job hears of it
            job.done.set_exception(error)

    def _write_lines(self, run_id: int, lines: list[Line]) -> None:
        if run_id in self._failures:
            return
        try:
            self._transact(run_id, lines)
        except RunLost as lost:
            logger.warning("run %s: %s", run_id, lost)
            self._failures[run_id] = lost
        except Exception:  # one of them is at fault: keep those before it
            try:
                for line in lines:
                    self._transact(run_id, [line])
            except Exception as error:
                logger.exception("run %s: an event could not be written", run_id)
                self._failures[run_id] = error

    def _transact(self, run_id: int, lines: list[Line]) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    self._check_claim(run_id)
                    projection = self._projections.get(run_id) or self._load(run_id)
                    self._append(projection, lines)
                break
            except Exception as error:
                self._projections.pop(run_id, None)  # it is ahead of the database now
                if attempt == ATTEMPTS or not isinstance(error, OperationalError):
                    raise
                connections.close_all()
        announcer.announce(run_id, project_id=projection.run.project_id, sequence=projection.run.last_sequence)

    def _check_claim(self, run_id: int) -> None:
        claim = self._claims.get(run_id)
        if claim is None:
            return
        mine = models.Run.objects.select_for_update().under_way().filter(pk=run_id, claimed_by=claim)
        if not mine.values_list("pk", flat=True):
            raise RunLost("another process took the run over, or it was interrupted")

    def _load(self, run_id: int) -> Projection:
        projection = Projection(models.Run.objects.select_related("best", "baseline").get(pk=run_id))
        self._projections[run_id] = projection
        return projection

    def _append(self, projection: Projection, lines: list[Line]) -> None:
        rows = []
        for sequence, line in enumerate(lines, start=projection.run.last_sequence + 1):
            projection.apply(line.event, sequence=sequence, at=line.at)
            rows.append(
                models.Event(
                    run=projection.run,
                    sequence=sequence,
                    kind=line.event.kind,
                    payload=event_to_json(line.event),
                    at=line.at,
                )
            )
        models.Event.objects.bulk_create(rows)
        projection.save()


#: The one writer of this process.
writer = Writer()


class Recorder:
    """The listener of one run: whatever the run says goes to the writer."""

    def __init__(self, run_id: int, *, via: Writer = writer) -> None:
        self._run_id = run_id
        self._writer = via

    def on_event(self, event: Event) -> None:
        """Take an event over; raises RecordingFailed where an earlier one was lost."""
        self._writer.write(self._run_id, event)
