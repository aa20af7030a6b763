"""Runs the runs: one daemon thread each, a few at once, the others wait for their turn.

queued ──claim──▶ running ──run.finished──▶ completed, stopped or failed
   ▲                 │ ▲
   │                 ▼ │ pause, resume
   ├─────wake────── paused, with its thread, or after a restart without
   └──continue_run── interrupted ◀── the process of a running one goes away

Everything that other processes must know is a row: the claim, the stop request, the signs of life.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, OperationalError, connections, transaction
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.engine import execution, review_rows
from omegaweb.engine.claims import THIS_PROCESS, Claim
from omegaweb.engine.endings import announce, fail, halt, let_go
from omegaweb.engine.gate import RowGate
from omegaweb.engine.own_keys import RowKeys
from omegaweb.engine.recorder import RecordingFailed, writer
from omegaweb.engine.steering import RowSteering
from omegaweb.engine.steering import close as close_requests
from omegaweb.engine.watcher import Watcher
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.models.requests import Steer, SteeringRequest
from optimizer_core.errors import OptimizerError
from optimizer_core.events import RunFinished
from optimizer_core.models.keys import own_keys

logger = logging.getLogger(__name__)


class Launcher:
    """The run threads of this process."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._threads: dict[int, threading.Thread] = {}
        self._lock = threading.Lock()
        self._closed = False

    def fill(self) -> None:
        """Start queued runs, the oldest first, as long as there is room."""
        with self._lock:
            while not self._closed and self._has_room():
                claim = claim_next(leave=self._threads)
                if claim is None:
                    return
                thread = threading.Thread(target=self._work, args=(claim,), name=f"run-{claim.run_id}", daemon=True)
                self._threads[claim.run_id] = thread
                thread.start()

    def working_on(self) -> list[int]:
        """Return the runs that have a thread here, those that are just being given one included."""
        with self._lock:
            return list(self._threads)

    def wait(self, run_id: int, *, seconds: float) -> bool:
        """Wait until the thread of a run has ended; False if it is still there."""
        thread = self._threads.get(run_id)
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def close(self) -> None:
        """Start nothing more and mark what is under way as interrupted, because the process ends."""
        self._closed = True
        for run in Run.objects.under_way().filter(claimed_by=THIS_PROCESS):
            let_go(run, is_lost=False)

    def _has_room(self) -> bool:
        """Runs that pause or only wait for people keep their thread, but take no room."""
        threads = len(self._threads)
        if threads >= self._limit:
            idle = (RunState.PAUSED, RunState.WAITING)
            threads -= Run.objects.filter(pk__in=list(self._threads), state__in=idle).count()
        return threads < self._limit

    def _work(self, claim: Claim) -> None:
        try:
            conduct(claim)
        except OperationalError as error:
            logger.exception("run %s could not begin", claim.run_id)
            halt(claim, str(error))
        except Exception:  # the top of the thread: the log and the run say so
            logger.exception("run %s: its thread failed", claim.run_id)
            fail(claim, "Something unexpected happened; the server's log says what.")
        finally:
            connections.close_all()
            with self._lock:
                del self._threads[claim.run_id]
            self.fill()
            connections.close_all()


def claim_next(*, leave: Collection[int] = ()) -> Claim | None:
    """Make the oldest queued run ours. Whoever changes the row first has it.

    Args:
        leave: runs that cannot be begun here yet, because a thread of an earlier claim is about to end.
    """
    queued = Run.objects.filter(state=RunState.QUEUED).exclude(pk__in=list(leave)).order_by("created_at", "pk")
    for run_id, fence in queued.values_list("pk", "fence"):
        claimed = Run.objects.filter(pk=run_id, state=RunState.QUEUED, fence=fence).update(
            state=RunState.RUNNING,
            claimed_by=THIS_PROCESS,
            fence=fence + 1,
            heartbeat_at=timezone.now(),
            seconds_at=timezone.now(),  # what passed since it last worked is no time of the run
            waiting_since=None,
            reason="",
            message="",
        )
        if claimed:
            announce(run_id)
            return Claim(run_id=run_id, fence=fence + 1)
    return None


def conduct(claim: Claim) -> None:
    """Carry out a claimed run in this thread, to whatever end."""
    run_id, stop = claim.run_id, threading.Event()
    gate, steering = RowGate(run_id), RowSteering(run_id)
    steering.look()  # a run that goes on must know what was asked before it does anything
    run = Run.objects.get(pk=run_id)
    keys = RowKeys(run.project_id)
    # Keys first: whoever resumes a run after having set a key means it to ask with that one.
    watcher = Watcher(run_id, fence=claim.fence, stop=stop, look=(keys.look, gate.look, steering.look))
    watcher.start()
    problem, trouble = "", None
    writer.open(run_id, fence=claim.fence)
    try:
        with own_keys(keys.keys):
            execution.execute(run, gate=gate, steering=steering, stop=stop)
    except RecordingFailed as failure:
        logger.warning("run %s stopped: %s", run_id, failure)
    except OptimizerError as error:
        problem = str(error)
    except OperationalError as error:  # with the run itself nothing is wrong
        trouble = error
    except Exception as error:  # the top of the run's thread: whatever it was, the run says so
        logger.exception("run %s failed", run_id)
        problem = f"Something unexpected happened: {type(error).__name__}: {error}"
    finally:
        watcher.finish()
        _end(claim, problem, trouble)


def _end(claim: Claim, problem: str, trouble: OperationalError | None) -> None:
    """Write down the end of a run that has not said so itself.

    Args:
        claim: the run.
        problem: what was wrong with it.
        trouble: what was wrong with the database.
    """
    run_id = claim.run_id
    with contextlib.suppress(RecordingFailed, DatabaseError):  # then its row has to say it
        if trouble is None and writer.submit(run_id, claim.holds).result():
            message = problem or "The run ended without saying why."
            writer.write(run_id, RunFinished(status="failed", reason="error", message=message))
    failure = writer.close(run_id) or trouble
    if isinstance(failure, OperationalError):
        halt(claim, str(failure))
    elif failure is not None:
        fail(claim, f"What the run said could not be written down, so it was stopped. {failure}")


def wake(run_id: int) -> bool:
    """Give a run that pauses without a thread one, if something was asked that lets it go on; tell its pages."""
    waking = (Steer.RESUME, Steer.EXTEND, Steer.FINISH)
    asked = SteeringRequest.objects.filter(run_id=run_id, action__in=waking).open()
    woken = asked.exists() and Run.objects.asleep().filter(pk=run_id).update(state=RunState.QUEUED)
    start(run_id)
    return bool(woken)


launcher = Launcher(limit=settings.RUNS_AT_ONCE)


def start(run_id: int) -> None:
    """Start a queued run now, or when its turn comes."""
    announce(run_id)
    launcher.fill()


def stop(run_id: int, *, user: User | None = None) -> bool:
    """Ask a run to stop; one that waits for its turn is stopped at once. False if it was over already.

    `user` is who asks; without one it is the site itself.
    """
    now = timezone.now()
    with transaction.atomic():
        run = Run.objects.select_related("project").get(pk=run_id)
        stopped = Run.objects.filter(pk=run_id, state=RunState.QUEUED).update(
            state=RunState.STOPPED, reason="stop_requested", stop_requested_at=now, finished_at=now
        )
        stopped = stopped or _stop_asleep(run, at=now)
        asked = stopped or Run.objects.under_way().filter(pk=run_id, stop_requested_at=None).update(
            stop_requested_at=now
        )
        if asked:
            before = {"state": run.state, "calls": run.calls}
            record(project=run.project, actor=user, action=Action.RUN_STOPPED, target=run, before=before)
    announce(run_id)
    return bool(asked)


def _stop_asleep(run: Run, *, at: datetime) -> int:
    """Stop a run that pauses without a thread."""
    stopped = (
        Run.objects.asleep()
        .filter(pk=run.pk)
        .update(state=RunState.STOPPED, reason="stop_requested", stop_requested_at=at, finished_at=at)
    )
    if stopped:
        review_rows.withdraw(run, at=at)
        close_requests(run, at=at)
    return stopped


def continue_run(run_id: int, *, user: User | None = None) -> bool:
    """Take up an interrupted run again. False if it is not interrupted, or another tab was faster.

    `user` is who asks; without one it is the site itself.
    """
    with transaction.atomic():
        queued = Run.objects.filter(pk=run_id, state=RunState.INTERRUPTED).update(
            state=RunState.QUEUED, stop_requested_at=None, message=""
        )
        if queued:
            run = Run.objects.select_related("project").get(pk=run_id)
            record(project=run.project, actor=user, action=Action.RUN_CONTINUED, target=run)
    if queued:
        start(run_id)
    return bool(queued)
