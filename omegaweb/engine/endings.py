"""What becomes of a run that cannot say it by an event: its row says it, as soon as the database can be written."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from omegaweb.engine import announcer
from omegaweb.engine.claims import Claim
from omegaweb.engine.paid import bring_up
from omegaweb.runs.models import Run, RunState

logger = logging.getLogger(__name__)

INTERRUPTED = (
    "The server stopped while this run was under way. Everything it had found is here. "
    "Continue takes it up from its last checkpoint."
)
GOES_ON = "The server stopped while this run was under way. It goes on from its last checkpoint by itself."
GIVEN_UP = (
    "The server stopped {times} times in a row before this run got any further, so it does not go on by itself. "
    "The server's log may say why. Continue tries it once more, from its last checkpoint."
)
HALTED = (
    "The database could not be written, so this run was halted: {problem}. Nothing that was paid is lost. "
    "Make room on the disk, or see what locks or removed the database; then continue the run from its last checkpoint."
)
#: How often in a row a run goes on by itself without having been answered anything new.
TRIES = 3

#: What could not be written, and is written when the database is back.
_unsaid: dict[Claim, dict[str, Any]] = {}


def fail(claim: Claim, message: str) -> None:
    """Mark a run as failed."""
    _say(claim, state=RunState.FAILED, reason="error", message=message, finished_at=timezone.now())


def halt(claim: Claim, problem: str) -> None:
    """Mark a run as interrupted because the database could not be written; a person has to mend that first."""
    _say(claim, state=RunState.INTERRUPTED, reason="storage", message=HALTED.format(problem=problem))


def let_go(run: Run, *, is_lost: bool = True) -> bool:
    """Take a run from whoever does not work on it any more. False if it moved on.

    One that pauses goes on pausing; another waits for its turn again, or for a person where that is the setting.

    Args:
        run: under way.
        is_lost: whether its process went away without a word.
    """
    losses = run.losses + is_lost
    if run.state == RunState.PAUSED:
        after: dict[str, Any] = {"claimed_by": ""}
    elif not settings.AUTO_CONTINUE:
        after = {"state": RunState.INTERRUPTED, "message": INTERRUPTED}
    elif losses > TRIES:
        after = {"state": RunState.INTERRUPTED, "message": GIVEN_UP.format(times=losses)}
    else:
        after = {"state": RunState.QUEUED, "message": GOES_ON, "losses": losses}
    # With another fence whoever worked on it cannot write any more, should it come back.
    mine = Run.objects.filter(pk=run.pk, fence=run.fence, state=run.state)
    changed = mine.update(fence=run.fence + 1, **after)
    if changed:
        try:
            bring_up(run.pk)
        except (DatabaseError, OSError):  # it was let go all the same, and tells when it goes on
            logger.exception("run %s: its row does not say all that was paid", run.pk)
        announce(run.pk)
    return bool(changed)


def say_what_is_left() -> None:
    """Write what could not be written.

    Raises:
        DatabaseError: it still cannot.
    """
    for claim, values in list(_unsaid.items()):
        claim.rows.update(**values)
        del _unsaid[claim]
        announce(claim.run_id)


def _say(claim: Claim, **values: Any) -> None:
    try:
        claim.rows.update(**values)
        announce(claim.run_id)
    except DatabaseError as error:
        logger.warning("run %s: its end cannot be written yet: %s", claim.run_id, error)
        _unsaid[claim] = values


def announce(run_id: int) -> None:
    """Tell the watchers that a run's row has changed."""
    run = Run.objects.only("project_id", "last_sequence").get(pk=run_id)
    announcer.announce(run_id, project_id=run.project_id, sequence=run.last_sequence)
