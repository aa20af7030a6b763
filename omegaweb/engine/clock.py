"""What the clock of a run's row says when it begins to wait, and when it works again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from omegaweb.runs.models import Run


def waits(run: Run, *, at: datetime) -> dict[str, Any]:
    """Return what changes when a run pauses or only waits for people. A wait within a wait changes nothing."""
    return {"waiting_since": run.waiting_since or at}


def works(run: Run, *, at: datetime) -> dict[str, Any]:
    """Return what changes when a wait is over.

    The next word about what is spent counts the wait, in `seconds` and in `waited`. Until then it is in neither, so the
    working time goes on from where it stood.
    """
    if run.waiting_since is None:
        return {}
    untold = 0.0 if run.seconds_at is None else (run.waiting_since - run.seconds_at).total_seconds()
    return {"seconds": run.seconds + max(0.0, untold), "seconds_at": at, "waiting_since": None}
