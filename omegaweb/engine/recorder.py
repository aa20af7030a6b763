"""Writes down what runs say and are answered: any thread may speak, one thread per process writes."""

from __future__ import annotations

import contextlib
import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum
from functools import partial
from itertools import groupby
from typing import Any

from django.db import connections
from django.utils import timezone

from omegaweb.engine.holding import Holding
from omegaweb.engine.queued import Job, Kept, Pile, taken, tell
from omegaweb.engine.storage import Line, RecordingFailed, Storage
from optimizer_core.events import Event

__all__ = ["Recorder", "RecordingFailed", "Writer", "writer"]

#: Items that may wait; a run that says more is held until the database has caught up.
CAPACITY = 1000
#: Seconds until whoever found no room looks again.
FULL = 0.01
#: Lines that wait for no more company.
BATCH = 200
#: Seconds that a line may wait for company, so that few transactions hold many lines.
LINGER = 0.25
#: Seconds for which a run that was this process's is taken to be so still: far less than it may keep silent.
TRUST = 5.0
#: Seconds without a word after which the database is let go.
IDLE = 1.0


class Call(Enum):
    """What the writer's thread hears, beside what it is to do at once."""

    LOOK = "something is said"
    WRITE = "somebody waits until what is said is written, or it is much"


class Writer:
    """What was said and is not written yet, and the thread that writes it into the database.

    The thread is woken up by the first that is said after a while and by what cannot wait; it then looks by itself once
    the rest has had time to come. To wake it up for each would cost the runs more than to say it.
    """

    def __init__(self, *, capacity: int = CAPACITY) -> None:
        self._capacity, self._enough = capacity, min(BATCH, capacity)
        self._said: deque[Line | Job | Pile] = deque()
        self._due = math.inf  # when what is said is written, monotonic; none is said yet, or the thread was not told
        self._calls: queue.SimpleQueue[Kept | Job | Call] = queue.SimpleQueue()
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
        while len(self._said) >= self._capacity:
            time.sleep(FULL)
        self._say(Line(run_id=run_id, event=event, at=timezone.now()))

    def submit(self, run_id: int, work: Callable[[], Any]) -> Future[Any]:
        """Queue work for the writer's thread; it happens after everything said before."""
        job = Job(run_id=run_id, work=work)
        self._say(job)
        return job.done

    def do_later(self, run_id: int, work: Callable[[], None]) -> None:
        """Queue work that belongs to what the run said before, and is done by the time anything is written that it says
        from now on; where it fails, nothing more is."""
        self._say(Job(run_id=run_id, work=lambda: self._storage.carry_out(run_id, work), is_urgent=False))

    def at_once(self, run_id: int, work: Callable[[], Any]) -> Future[Any]:
        """Queue work that has nothing to do with what was said before."""
        job = Job(run_id=run_id, work=work)
        self._call(job)
        return job.done

    def after_all(self, run_id: int, work: Callable[[], Any]) -> Future[Any]:
        """Queue work that happens after everything said and everything to be kept before, whichever way it went."""
        job = Job(run_id=run_id, work=work)
        # What is to be kept may be behind what was said after it, but never behind what is called later.
        self._say(Job(run_id=run_id, work=lambda: self._call(job)))
        return job.done

    def keep(self, kept: Kept) -> None:
        """Queue things to be written as soon as can be, together with what comes at the same time."""
        self._call(kept)

    def write_later(self, pile: Pile) -> None:
        """Queue a pile: all of it is written by the time anything is that the run says from now on."""
        self._say(pile)

    def holding(self, run_id: int) -> Holding:
        """Return how a run is held. Any thread."""
        return self._storage.holding(run_id)

    def is_surely_held(self, run_id: int) -> bool:
        """Tell whether the run was this process's so short a while ago that nobody can have taken it over. Any thread.

        Raises:
            RecordingFailed: something it said was lost, so nothing more may be written.
        """
        self._storage.check(run_id)
        return self._storage.was_held(run_id, within=TRUST)

    def has_failed(self, run_id: int) -> bool:
        """Tell whether something about a run could not be written. Any thread."""
        return self._storage.has_failed(run_id)

    def close(self, run_id: int) -> Exception | None:
        """Wait until everything the run said is written, forget the run, and return what went wrong, if anything."""
        failure: Exception | None = self.after_all(run_id, lambda: self._storage.forget(run_id)).result()
        return failure

    def _say(self, item: Line | Job | Pile) -> None:
        self._said.append(item)
        if (isinstance(item, Job) and item.is_urgent) or len(self._said) >= self._enough:
            self._call(Call.WRITE)
        elif self._due == math.inf:
            self._call(Call.LOOK)

    def _call(self, call: Kept | Job | Call) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="run-writer", daemon=True)
                self._thread.start()
        self._calls.put(call)

    def _work(self) -> None:
        while True:
            calls = self._next_calls()
            self._keep([call for call in calls if isinstance(call, Kept)])
            for call in calls:
                if isinstance(call, Job):
                    call.do()
            if Call.WRITE in calls or time.monotonic() >= self._due:
                self._due = math.inf  # first: whatever is said from now on calls again
                self._write(taken(self._said))
            elif self._said and self._due == math.inf:
                self._due = time.monotonic() + LINGER

    def _next_calls(self) -> list[Kept | Job | Call]:
        """Wait for a call, for so long where lines wait for company, and take what other calls are there."""
        is_idle = self._due == math.inf
        try:
            calls = [self._calls.get(timeout=IDLE if is_idle else max(0.0, self._due - time.monotonic()))]
        except queue.Empty:
            if not is_idle:
                return []
            connections.close_all()  # nobody knows when the next line comes
            calls = [self._calls.get()]
        while not self._calls.empty():  # nobody else takes anything out
            calls.append(self._calls.get_nowait())
        return calls

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
            tell(kept, error)

    def _write(self, items: list[Line | Job | Pile]) -> None:
        self._write_piles([item for item in items if isinstance(item, Pile)])
        said = [item for item in items if not isinstance(item, Pile)]
        said.sort(key=lambda item: item.run_id)  # runs know nothing of each other; each keeps its own order
        for (run_id, is_line), group in groupby(said, key=lambda item: (item.run_id, isinstance(item, Line))):
            if is_line:
                self._storage.write_lines(run_id, [item for item in group if isinstance(item, Line)])
            else:
                for item in group:
                    if isinstance(item, Job):
                        item.do()

    def _write_piles(self, piles: list[Pile]) -> None:
        for pile in piles:
            if things := pile.take():
                with contextlib.suppress(RecordingFailed):  # kept for whoever asks next
                    self._storage.keep(pile.run_id, partial(pile.write, things))


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
