"""Keeps the states from which a run can be continued, as rows."""

from __future__ import annotations

import asyncio
from typing import Any

from omegaweb.engine.recorder import Writer, writer
from omegaweb.runs.models import Checkpoint

#: How many of a run's checkpoints are kept; older ones only take room.
KEPT = 2


class RowCheckpoints:
    """The checkpoint store of one run. A state is saved after everything the run said before."""

    def __init__(self, run_id: int, *, via: Writer = writer) -> None:
        self._run_id = run_id
        self._writer = via

    async def save(self, state: dict[str, Any]) -> str:
        """Store the state durably and return what to call it."""
        return str(await asyncio.wrap_future(self._writer.submit(self._run_id, lambda: self._save(state))))

    def _save(self, state: dict[str, Any]) -> str:
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
