"""Looks after runs whose process went away. Only a server starts this, never a command or a test."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from django.db import connections
from django.utils import timezone

from omegaweb.engine import sealed_test
from omegaweb.engine.claims import is_abandoned
from omegaweb.engine.endings import announce, let_go, say_what_is_left
from omegaweb.engine.journal import take_in_all
from omegaweb.engine.launcher import launcher, stop, wake
from omegaweb.reviews.time_limit import decide_overdue
from omegaweb.runs.models import Run, RunState

logger = logging.getLogger(__name__)

#: Seconds between two looks for abandoned and forgotten runs.
ROUND_SECONDS = 5.0


def take_from_the_gone() -> list[int]:
    """Let runs that nobody works on wait for their turn, or for a person; return their ids.

    Those that pause only lose their process.
    """
    now, under_way = timezone.now(), list(Run.objects.under_way())
    here = launcher.working_on()  # after the rows were read: what was begun meanwhile is not among them
    abandoned = [run for run in under_way if not run.is_asleep and is_abandoned(run, now=now, here=here)]
    return [run.pk for run in abandoned if let_go(run) and run.state != RunState.PAUSED]


def serve_sleepers() -> None:
    """Stop or wake runs that pause without a process, where that was asked while it was going away."""
    for run in Run.objects.asleep():
        if run.stop_requested_at is not None:
            stop(run.pk)
        elif run.steering.open().exists():
            wake(run.pk)


def make_round() -> None:
    """Take abandoned runs from whoever is gone, and start what waits for its turn. What fails holds up nothing else."""
    steps = (
        say_what_is_left,
        _take_defaults,
        _take_over,
        take_in_all,
        sealed_test.fail_abandoned,
        serve_sleepers,
        _fill,
    )
    for step in steps:
        try:
            step()
        except Exception:  # the top of the thread: without it no run of anybody would be looked after any more
            logger.exception("a round could not do all it should; the next one may")


def _take_defaults() -> None:
    for run_id in decide_overdue(now=timezone.now()):
        with suppress(Run.DoesNotExist):  # somebody has just deleted it
            announce(run_id)


def _take_over() -> None:
    for run_id in take_from_the_gone():
        logger.warning("run %s was interrupted", run_id)


def _fill() -> None:
    launcher.fill()


class Rounds:
    """A thread that makes its rounds as long as the server lives."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="run-recovery", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        while True:
            make_round()
            connections.close_all()
            if self._over.wait(ROUND_SECONDS):
                return


async def lifespan(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    """Answer the server's start and end (ASGI lifespan)."""
    rounds = Rounds()
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            rounds.start()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            try:
                await database_sync_to_async(launcher.close)()
                await database_sync_to_async(sealed_test.close)()
            finally:
                rounds.end()
            await send({"type": "lifespan.shutdown.complete"})
            return
