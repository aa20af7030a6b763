"""Stands beside a run's thread: reads stop requests and verdicts, and gives signs of life."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from django.db import connections
from django.utils import timezone

from omegaweb.runs.models import Run

logger = logging.getLogger(__name__)

#: Seconds between two looks at the rows.
LOOK_SECONDS = 0.4
#: Looks between two signs of life.
HEARTBEAT_LOOKS = 8


class Watcher:
    """A thread that looks after one run until :meth:`finish`.

    Args:
        run_id: the run.
        fence: what the run's claim was given; a run that another took over must stop here.
        stop: set when the run shall end.
        look: called at each look, for verdicts and requests.
    """

    def __init__(self, run_id: int, *, fence: int, stop: threading.Event, look: Sequence[Callable[[], None]]) -> None:
        self._run_id = run_id
        self._fence = fence
        self._stop = stop
        self._look = look
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"run-{run_id}-watcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """End the thread and wait for it."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        looks = 0
        while not self._over.wait(LOOK_SECONDS):
            looks += 1
            try:
                self._look_once(heartbeat=looks % HEARTBEAT_LOOKS == 0)
            except Exception:  # the top of the thread: without it nobody could stop the run; the next look may succeed
                logger.exception("run %s: could not look at the rows", self._run_id)
        connections.close_all()

    def _look_once(self, *, heartbeat: bool) -> None:
        mine = Run.objects.under_way().filter(pk=self._run_id, fence=self._fence)
        request = mine.values_list("stop_requested_at", flat=True).first()
        if request is not None or not mine.exists():
            self._stop.set()
        if heartbeat:
            mine.update(heartbeat_at=timezone.now())
        for look in self._look:
            look()
