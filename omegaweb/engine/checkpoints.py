"""Keeps the states from which a run can be continued, as rows."""

from __future__ import annotations

import asyncio
from typing import Any

from django.db import transaction

from omegaweb.engine.recorder import Writer, writer
from omegaweb.runs.models import Checkpoint, Run

#: How many of a run's checkpoints are kept; older ones only take room.
KEPT = 2


class RowCheckpoints:
    """The checkpoint store of one run. A state is saved after everything the run said before."""

    def __init__(self, run_id: int, *, via: Writer = writer) -> None:
        self._run_id = run_id
        self._writer = via

    async def save(self, state: dict[str, Any]) -> str:
        """Store the state durably and return what to call it.

        Raises:
            RecordingFailed: something the run said was lost, or the run is not this process's any more.
        """
        return str(await asyncio.wrap_future(self._writer.submit(self._run_id, lambda: self._save(state))))

    @transaction.atomic
    def _save(self, state: dict[str, Any]) -> str:
        self._writer.confirm(self._run_id)  # the transaction holds the run until the old ones are gone
        checkpoint = Checkpoint.objects.create(run_id=self._run_id, state=state)
        checkpoint.reference = f"checkpoint-{checkpoint.pk}"
        checkpoint.save(update_fields=["reference"])
        kept = Checkpoint.objects.filter(run_id=self._run_id).values_list("pk", flat=True)[:KEPT]
        Checkpoint.objects.filter(run_id=self._run_id).exclude(pk__in=list(kept)).delete()
        return checkpoint.reference


def newest_state(run_id: int) -> dict[str, Any] | None:
    """Return the state a run can be continued from, or None if it has to begin again."""
    newest = Checkpoint.objects.filter(run_id=run_id).first()
    return None if newest is None else newest.state


def with_everything_spent(state: dict[str, Any], run: Run) -> dict[str, Any]:
    """Return the state with what the run has spent since it was saved, as far as the run has told.

    Args:
        state: a checkpoint's.
        run: its row, which hears of spend more often than checkpoints are saved.
    """
    saved = state.get("spend")
    if saved is None:
        return state
    by_role = {role: dict(used) for role, used in saved["by_role"].items()}
    unpriced = run.unpriced_calls - sum(used.get("unpriced_calls", 0) for used in by_role.values())
    for role, told in run.spend_by_role.items():
        used = by_role.setdefault(role, {})
        calls, cost = used.get("calls", 0), used.get("cost", 0.0)
        prompt, completion = used.get("prompt_tokens", 0), used.get("completion_tokens", 0)
        more_calls = max(0, told.get("calls", 0) - calls)
        more_unpriced = max(0, min(unpriced, more_calls))  # the row does not say whose they are
        unpriced -= more_unpriced
        used |= {
            "calls": calls + more_calls,
            "prompt_tokens": max(prompt, told.get("tokens", 0) - completion),  # nor which of the two kinds
            "cost": max(cost, told.get("cost", 0.0)),
            "unpriced_calls": used.get("unpriced_calls", 0) + more_unpriced,
        }
    return {**state, "spend": {**saved, "by_role": by_role, "elapsed": max(saved["elapsed"], run.seconds)}}
