"""Asking something of a run: checked against where it stands, written as a row, and into the audit log."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.projects.access import can_review
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.models.requests import Steer, SteeringRequest

#: In these states a search is on, or will go on.
SEARCHING = (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED, RunState.INTERRUPTED)
#: What is asked → where a run must stand for it, and what to say where it does not.
WHEN: dict[Steer, tuple[tuple[RunState, ...], str]] = {
    Steer.PAUSE: ((RunState.RUNNING,), "Only a running search can be paused; this run has moved on."),
    Steer.RESUME: ((RunState.PAUSED,), "The run does not pause any more."),
    Steer.FINISH: ((RunState.RUNNING, RunState.PAUSED), "The search of this run is over already."),
    Steer.EXTEND: (
        (RunState.RUNNING, RunState.PAUSED),
        "The search of this run is over. When the run has ended, it can be continued with more budget.",
    ),
}
TOO_LATE = "The search of this run is over, so nothing more can be asked of it. Continue it later, or branch a new run."


class NotNow(Exception):
    """What was asked cannot take effect where the run stands; the message says why, and the way out."""


def may_approve_own(user: User, run: Run) -> bool:
    """Tell whether what this person adds by hand needs no review: they could approve it themselves."""
    review = run.choices.review
    alone_is_enough = review.approvals == 1 and review.author_may_approve
    return not review.in_search or (alone_is_enough and can_review(user, run))


@transaction.atomic
def ask(run: Run, *, user: User, action: Steer, payload: dict[str, Any] | None = None) -> SteeringRequest:
    """Ask something of a run. Whoever calls wakes a run that pauses without a process, after the commit.

    Raises:
        NotNow: the run has moved on.
    """
    states, problem = WHEN.get(action, (SEARCHING, TOO_LATE))
    # Locked, or it could end meanwhile, and nobody would ever answer.
    now = Run.objects.select_for_update(of=("self",)).select_related("project").get(pk=run.pk)
    if now.run_state not in states or now.is_stopping:
        raise NotNow(problem if not now.is_stopping else "The run is being stopped.")
    if action is Steer.RESUME and now.reason == "budget_spent":
        raise NotNow("The budget is spent. Extend it, and the run goes on by itself; or finish the run.")
    request = SteeringRequest.objects.create(run=now, action=action, payload=payload or {}, author=user)
    record(project=now.project, actor=user, action=Action.RUN_STEERED, target=now, after={action: request.payload})
    return request
