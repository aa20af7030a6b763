"""Writes down what runs say and are answered: any thread may speak, one thread per process writes."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any, TypeAlias

from django.db import connections
from django.utils import timezone

from omegaweb.engine.holding import Holding
from omegaweb.engine.storage import Line, RecordingFailed, Storage
from optimizer_core.events import Event

__all__ = ["Recorder", "RecordingFailed", "Writer", "writer"]

#: Items that may wait; a run that says more is held until the database has caught up.
CAPACITY = 1000
#: Seconds until whoever found no room looks again.
FULL = 0.01
#: Lines in one transaction.
BATCH = 200
#: Seconds that a line may wait for company, so that few transactions hold many lines.
LINGER = 0.25
#: Seconds without a word after which the database is let go.
IDLE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something else to be done: in turn, after everything the run has said so far, or at once."""

    run_id: int
    work: Callable[[], Any]
    at_once: bool = False
    done: Future[Any] = field(default_factory=Future)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Things that a loop waits for until they are there for good; what comes together is written together."""

    run_id: int
    things: Sequence[Any]
    write: Callable[[Sequence[Any], Holding], None]
    waiting: Sequence[asyncio.Future[None]]


Item: TypeAlias = Line | Job | Kept


class Writer:
    """A queue and the thread that empties it into the database."""

    def __init__(self, *, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._storage = Storage()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def open(self, run_id: int, *, fence: int) -> None:
        """Write about this run only as long as it is under way and claimed so."""
        self._storage.open(run_id, fence=fence)

    def write(self, run_id: int, event: Event) -> None:
        """Queue an event; waits while the queue is full.

        Raises:
            RecordingFailed: an earlier event of this run could not be written.
        """
        self._storage.check(run_id)
        while self._queue.qsize() >= self._capacity:
            time.sleep(FULL)
        self._put(Line(run_id=run_id, event=event, at=timezone.now()))

    def submit(self, run_id: int, work: Callable[[], Any]) -> Future[Any]:
        """Queue work for the writer's thread; it happens after everything said before."""
        job = Job(run_id=run_id, work=work)
        self._put(job)
        return job.done

    def at_once(self, run_id: int, work: Callable[[], Any]) -> Future[Any]:
        """Queue work that has nothing to do with what was said before."""
        job = Job(run_id=run_id, work=work, at_once=True)
        self._put(job)
        return job.done

    def keep(
        self,
        run_id: int,
        things: Sequence[Any],
        write: Callable[[Sequence[Any], Holding], None],
        *,
        waiting: Sequence[asyncio.Future[None]],
    ) -> None:
        """Queue things to be written as soon as can be, together with what comes at the same time.

        Args:
            run_id: the run that must still be this process's.
            things: what is kept.
            write: writes several such things, each in a statement that holds the run.
            waiting: hear of it, in the one loop that is theirs.
        """
        self._put(Kept(run_id=run_id, things=things, write=write, waiting=waiting))

    def holding(self, run_id: int) -> Holding:
        """Return how a run is held that somebody else than the writer's thread is to write about.

        Raises:
            RecordingFailed: something it said was lost, so nothing more may be written.
        """
        self._storage.check(run_id)
        return self._storage.holding(run_id)

    def confirm(self, run_id: int) -> None:
        """Make sure, in the writer's thread and inside a transaction, that more may be written about this run.

        Raises:
            RecordingFailed: something it said was lost, or the run is not this process's any more.
        """
        self._storage.confirm(run_id)

    def close(self, run_id: int) -> Exception | None:
        """Wait until everything the run said is written, forget the run, and return what went wrong, if anything."""
        failure: Exception | None = self.submit(run_id, lambda: self._storage.forget(run_id)).result()
        return failure

    def _put(self, item: Item) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="run-writer", daemon=True)
                self._thread.start()
        self._queue.put(item)

    def _work(self) -> None:
        waiting: list[Line | Job] = []
        due = 0.0
        while True:
            urgent, in_turn = _sorted(self._next_items(due - time.monotonic() if waiting else None))
            self._keep([item for item in urgent if isinstance(item, Kept)])
            for item in urgent:
                if isinstance(item, Job):
                    _do(item)
            if in_turn and not waiting:
                due = time.monotonic() + LINGER
            waiting += in_turn
            is_job = any(isinstance(item, Job) for item in in_turn)  # somebody waits for it
            if waiting and (is_job or len(waiting) >= BATCH or time.monotonic() >= due):
                self._write(waiting)
                waiting = []

    def _next_items(self, seconds: float | None) -> list[Item]:
        """Wait for something to do, for so long where lines wait for company, and take what else is there."""
        try:
            items = [self._queue.get(timeout=IDLE if seconds is None else max(0.0, seconds))]
        except queue.Empty:
            if seconds is not None:
                return []
            connections.close_all()  # nobody knows when the next line comes
            items = [self._queue.get()]
        while len(items) < BATCH and not self._queue.empty():  # nobody else takes anything out
            items.append(self._queue.get_nowait())
        return items

    def _keep(self, items: list[Kept]) -> None:
        items.sort(key=lambda item: item.run_id)
        for run_id, group in groupby(items, key=lambda item: item.run_id):
            kept = list(group)
            things = [thing for item in kept for thing in item.things]
            error: Exception | None = None
            try:
                self._storage.keep(run_id, partial(kept[0].write, things))
            except Exception as failure:  # whoever waits hears of it
                error = failure
            for item in kept:
                _tell(item.waiting, error)

    def _write(self, items: list[Line | Job]) -> None:
        items.sort(key=lambda item: item.run_id)  # runs know nothing of each other; each keeps its own order
        for (run_id, is_line), group in groupby(items, key=lambda item: (item.run_id, isinstance(item, Line))):
            if is_line:
                self._storage.write_lines(run_id, [item for item in group if isinstance(item, Line)])
            else:
                for item in group:
                    if isinstance(item, Job):
                        _do(item)


def _sorted(items: Iterable[Item]) -> tuple[list[Kept | Job], list[Line | Job]]:
    """Return what somebody waits for regardless of what was said, and what has its turn."""
    urgent: list[Kept | Job] = []
    in_turn: list[Line | Job] = []
    for item in items:
        if isinstance(item, Kept) or (isinstance(item, Job) and item.at_once):
            urgent.append(item)
        else:
            in_turn.append(item)
    return urgent, in_turn


def _do(job: Job) -> None:
    """Do some work, and tell whoever still waits for it how it went."""
    is_waited_for = job.done.set_running_or_notify_cancel()
    try:
        result = job.work()
    except Exception as error:  # whoever waits hears of it
        if is_waited_for:
            job.done.set_exception(error)
    else:
        if is_waited_for:
            job.done.set_result(result)


def _tell(waiting: Sequence[asyncio.Future[None]], error: Exception | None) -> None:
    """Tell a loop how it went, once for all who wait: to wake it up takes longer than the rest."""
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        waiting[0].get_loop().call_soon_threadsafe(_settle, waiting, error)


def _settle(waiting: Sequence[asyncio.Future[None]], error: Exception | None) -> None:
    for future in waiting:
        if future.done():  # nobody waits for it any more
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


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
