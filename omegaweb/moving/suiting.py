"""What must not stay as it was, because the run is in another database now: numbers, tests, what is in production."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from omegaweb.engine.replay import can_be_replayed
from omegaweb.moving.archive import Row
from omegaweb.moving.rows import Change
from omegaweb.moving.shapes import Shape
from omegaweb.releases.models import OpeningState, Release, ReleaseState
from omegaweb.runs.models import Run

#: The parts of a checkpoint that hold the steering requests which took effect.
APPLIED = "steered/applied/"
CUT_OFF = "The test was cut off when the run was taken elsewhere. What was answered is kept: try again for the rest."


class Suiting:
    """Changes rows of one run while they are written.

    Args:
        known: rows written so far: kind → name in the file → number here.
        run: theirs.
    """

    def __init__(self, known: dict[str, dict[Any, int]], run: Run) -> None:
        self._known = known
        self._run = run
        self._releases = set(Release.objects.filter(program=run.program_id).values_list("number", flat=True))

    def change_of(self, member: str) -> Change:
        """Return what changes each row of a member."""
        changes: dict[str, Change] = {
            "events": self._event,
            "checkpoints": self._checkpoint,
            "openings": self._opening,
            "releases": self._release,
        }
        return changes.get(member, dict)

    def base_of(self, shape: Shape) -> dict[str, models.Model]:
        """Return the columns that say to whom a row belongs, as far as its file does not."""
        base: dict[str, models.Model] = {"run": self._run} if "run" in shape.stays else {}
        return {**base, "program": self._run.program} if shape.model is Release else base

    def _event(self, row: Row) -> Row:
        if row["kind"] == "steering.applied":
            row["payload"] = {**row["payload"], "request": self._request(row["payload"].get("request"))}
        if not can_be_replayed(row["kind"], row["payload"]):
            raise ValueError(f"event {row['sequence']} is {row['kind'][:40]!r}, which this version does not understand")
        return row

    def _checkpoint(self, row: Row) -> Row:
        if row["part"].startswith(APPLIED):
            row["state"] = [self._request(reference) for reference in row["state"]]
        return row

    def _request(self, reference: Any) -> str:
        """Return what a steering request is called here; what is no row keeps its name."""
        return str(self._known["request"].get(str(reference), reference))

    def _opening(self, row: Row) -> Row:
        if row["state"] == OpeningState.RUNNING:
            row |= {"state": OpeningState.FAILED, "message": CUT_OFF}
        return row

    def _release(self, row: Row) -> Row:
        """Let nothing become current by being imported: somebody here has to make it so."""
        if row["state"] == ReleaseState.CURRENT:
            row["state"] = ReleaseState.APPROVED
        if row["number"] in self._releases:
            row["number"] = max(self._releases) + 1
        self._releases.add(row["number"])
        # Whatever the file says, it is no younger than its import: so it can be told from what was put up here.
        row["created_at"] = min(row["created_at"], datetime.fromisoformat(self._run.origin["imported_at"]))
        return row
