"""What a run that was cut off has paid: its row says at least what its journal knows."""

from __future__ import annotations

from typing import Any

from omegaweb.engine.answer_file import left_behind
from omegaweb.engine.journal import paid_by_role, take_in
from omegaweb.runs.models import Run

#: Columns of a run that are sums over its roles.
TOTALS = ("calls", "tokens", "cost", "unpriced_calls")


def bring_up(run_id: int) -> None:
    """Let the row of a run that nobody works on say what was paid since the run last told, and what that leaves.

    Raises:
        DatabaseError: it cannot be read or written.
        OSError: the answers that its process has left in a file cannot be read.
    """
    take_in(left_behind(run_id), remove=False)  # its process may still be about to end
    run = Run.objects.get(pk=run_id)
    by_role = {role: dict(told) for role, told in run.spend_by_role.items()}
    for role, paid in paid_by_role(run_id).items():
        told = by_role.setdefault(role, {})
        known = {**paid, "tokens": paid["prompt_tokens"] + paid["completion_tokens"]}
        told |= {name: max(told.get(name, 0), known[name]) for name in (*TOTALS, "seconds")}
    total = {name: max(getattr(run, name), sum(used.get(name, 0) for used in by_role.values())) for name in TOTALS}
    left: dict[str, Any] = {
        name: max(0, value - total[name] + getattr(run, name)) if name in TOTALS else value
        for name, value in run.left.items()
    }
    # Not where somebody has just taken it up: then it tells by itself.
    Run.objects.filter(pk=run_id, fence=run.fence).update(**total, spend_by_role=by_role, left=left)
