"""What a run warned of, the newest first, and how many of its candidates wait for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Max, Q

from omegaweb.json_members import member
from omegaweb.runs.models import UNDECIDED, CandidateState, Run
from omegaweb.runs.models.requests import Steer

WARNINGS_SHOWN = 5
#: Code of the warning that reviews are open; how many are is counted anew, so it must not be read from the log.
REVIEWS_OPEN = "waiting_for_review"
#: How the codes of warnings begin that say how much of a limit is spent: "budget_80_calls".
BUDGET_WARNING = "budget_"
#: Codes of warnings about the end of a run; one that was continued has another end before it.
OF_THE_END = ("final_validation_incomplete", "test_incomplete")


def notices(run: Run, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the region "run-notices" shows: warnings, and what waits for people or, after them, for the run."""
    seen: dict[str, str] = {}  # a warning said twice is one warning
    for warning in _warnings(run):
        seen.setdefault(warning["message"], warning["code"])
    waiting = run.candidates.filter(state=CandidateState.WAITING)
    counts = waiting.aggregate(all=Count("pk"), asked=Count("pk", filter=Q(review__state=UNDECIDED)))
    return {
        "warnings": _newest_of_each_limit(seen)[:WARNINGS_SHOWN],
        "waiting": counts["asked"],
        "edits": run.candidates.filter(state=CandidateState.PROPOSED, operator="edit") if run.rests else (),
        "decided": counts["all"] - counts["asked"] if run.rests else 0,
    }


def _warnings(run: Run) -> list[dict[str, Any]]:
    """Return the newest warnings, without those that say nothing any more."""
    said = run.events.filter(kind="warning.raised").annotate(code=member("payload__code"))
    said = said.exclude(code=REVIEWS_OPEN).order_by("-sequence")
    if run.run_state.is_over:  # how near the limit was says nothing any more
        said = said.exclude(code__startswith=BUDGET_WARNING)
    told = list(said.values_list("sequence", "payload")[: WARNINGS_SHOWN * 4])
    if not told:
        return []
    limits_since, end_since = _outdated_before(run)
    return [
        warning
        for sequence, warning in told
        if not (sequence < limits_since and warning["code"].startswith(BUDGET_WARNING))
        and not (sequence < end_since and warning["code"] in OF_THE_END)
    ]


def _outdated_before(run: Run) -> tuple[int, int]:
    """Return since when the limits are what they are, and since when the run is on the way to its end."""
    turns = run.events.filter(kind__in=("run.started", "run.finished", "steering.applied"))
    newest = turns.annotate(action=member("payload__action")).aggregate(
        started=Max("sequence", filter=Q(kind="run.started")),
        finished=Max("sequence", filter=Q(kind="run.finished")),
        extended=Max("sequence", filter=Q(action=Steer.EXTEND)),
    )
    return max(newest["finished"] or 0, newest["extended"] or 0), newest["started"] or 0


def _newest_of_each_limit(seen: Mapping[str, str]) -> list[str]:
    """Return the messages of warnings, newest first, without those that a later one about the same limit replaces."""
    kept: dict[str, str] = {}
    for message, code in seen.items():
        subject = f"budget {code.rpartition('_')[2]}" if code.startswith(BUDGET_WARNING) else message
        kept.setdefault(subject, message)
    return list(kept.values())
