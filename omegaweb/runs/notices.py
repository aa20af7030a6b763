"""What a run warned of, the newest first, and how many of its candidates wait for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omegaweb.json_members import member
from omegaweb.runs.models import CandidateState, Run

WARNINGS_SHOWN = 5
#: Code of the warning that reviews are open; how many are is counted anew, so it must not be read from the log.
REVIEWS_OPEN = "waiting_for_review"
#: How the codes of warnings begin that say how much of a limit is spent: "budget_80_calls".
BUDGET_WARNING = "budget_"


def notices(run: Run, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the region "run-notices" shows: warnings, and how many candidates wait for people."""
    said = run.events.filter(kind="warning.raised").annotate(code=member("payload__code"))
    warnings = said.exclude(code=REVIEWS_OPEN).order_by("-sequence")
    if run.run_state.is_over:  # how near the limit was says nothing any more
        warnings = warnings.exclude(code__startswith=BUDGET_WARNING)
    seen: dict[str, str] = {}  # a warning said twice is one warning
    for payload in warnings.values_list("payload", flat=True)[: WARNINGS_SHOWN * 4]:
        seen.setdefault(payload["message"], payload["code"])
    waiting = run.candidates.filter(state=CandidateState.WAITING).count()
    return {"warnings": _newest_of_each_limit(seen)[:WARNINGS_SHOWN], "waiting": waiting}


def _newest_of_each_limit(seen: Mapping[str, str]) -> list[str]:
    """Return the messages of warnings, newest first, without those that a later one about the same limit replaces."""
    kept: dict[str, str] = {}
    for message, code in seen.items():
        subject = f"budget {code.rpartition('_')[2]}" if code.startswith(BUDGET_WARNING) else message
        kept.setdefault(subject, message)
    return list(kept.values())
