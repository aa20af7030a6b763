"""What was striking about a candidate before it was scored, as its row keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omegaweb.runs.models import Candidate
from optimizer_core.events import CandidateFlagged


def with_flag(candidate: Candidate, event: CandidateFlagged, known: Mapping[str, Candidate]) -> dict[str, Any]:
    """Return what changes about a row: one flag more, which calls another candidate by its number."""
    flag: dict[str, Any] = {
        "flag": event.flag,
        "text": event.text,
        "evidence": dict(event.evidence),
        "then": event.then,
    }
    near = known.get(str(event.evidence.get("candidate", "")))
    if near is not None:
        flag["near"] = near.number
    return {"flags": [*candidate.flags, flag], "flagged": candidate.flagged + 1}
