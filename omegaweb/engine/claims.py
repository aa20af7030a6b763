"""Who works on a run: the name of this process, and whether another one is still there."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from omegaweb.runs.models import Run, RunQuerySet

#: Without a sign of life for so long, whoever claimed the run is gone.
SILENCE = timedelta(seconds=20)
#: This process, in Run.claimed_by: host, process id, and a part that tells restarts apart.
THIS_PROCESS = f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A run that a process holds. The fence tells this claim from all before and after it, also of the same process."""

    run_id: int
    fence: int

    @property
    def rows(self) -> RunQuerySet:
        """The run's row, as long as this claim holds it."""
        return Run.objects.under_way().filter(pk=self.run_id, fence=self.fence)

    def holds(self) -> bool:
        return self.rows.exists()


class Claimed(Protocol):
    """A row that a process works on: a run, or an opening of a seal."""

    pk: int
    claimed_by: str
    heartbeat_at: datetime | None


def is_abandoned(run: Claimed, *, now: datetime, here: Container[int]) -> bool:
    """Tell whether nobody works on a run, or anything else, that is under way.

    Args:
        run: under way.
        now: the time.
        here: ids of those that have a thread in this process.
    """
    if run.claimed_by == THIS_PROCESS:
        return run.pk not in here
    host, _, process_id = run.claimed_by.rpartition(":")[0].rpartition(":")
    if host == THIS_PROCESS.split(":")[0] and process_id.isdigit() and not _is_someone_else(int(process_id)):
        return True
    return run.heartbeat_at is None or now - run.heartbeat_at > SILENCE


def _is_someone_else(process_id: int) -> bool:
    if process_id == os.getpid():  # in a container every start may get the same id
        return False
    try:
        os.kill(process_id, 0)  # signal 0 only asks
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
