"""What must not stay as it was, because the run is in another database now: numbers, tests, what is in production."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from django.db import models

from omegaweb.engine.export import KINDS
from omegaweb.engine.replay import can_be_replayed
from omegaweb.moving.archive import Row
from omegaweb.moving.rows import Change
from omegaweb.moving.shapes import Shape
from omegaweb.releases.models import OpeningState, Release, ReleaseState
from omegaweb.runs.models import Run
from omegaweb.runs.models.requests import Steer

FILENAME = re.compile(r"[\w.-]{1,120}")
#: The parts of a checkpoint that hold the steering requests which took effect.
APPLIED = "steered/applied/"
#: What lets a run go on, or how far: asked where it was, of those who paid there.
OF_THE_MOMENT = (Steer.PAUSE, Steer.RESUME, Steer.FINISH, Steer.EXTEND)
NOT_HERE = "It was asked before the run came here, and had not taken effect. Ask again."
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
        self._sizes: dict[str, int] = run.dataset_version.split_sizes()
        self._releases = set(Release.objects.filter(program=run.program_id).values_list("number", flat=True))

    def change_of(self, member: str) -> Change:
        """Return what changes each row of a member."""
        changes: dict[str, Change] = {
            "events": self._event,
            "checkpoints": self._checkpoint,
            "openings": self._opening,
            "releases": self._release,
            "candidates": _candidate,
            "scores": self._sample,
            "picks": self._sample,
            "reviews": _review,
            "steering": self._steering,
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

    def _sample(self, row: Row) -> Row:
        """Refuse answers to rows that there are not: pages count up to the last one."""
        if row["index"] >= self._sizes.get(row["split"], 0):
            raise ValueError(f"there is no row {row['index']} in {row['split'][:20]!r}")
        return row

    def _steering(self, row: Row) -> Row:
        """Let nothing that was asked elsewhere start a run here, and spend what its new project pays."""
        if row["applied_at"] is None and row["action"] in OF_THE_MOMENT:
            row |= {"applied_at": self._run.created_at, "problem": NOT_HERE}
        return row

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
        row["files"] = {kind: _release_file(kind, file) for kind, file in row["files"].items()}
        _must(_is_content(row["content"]), "its content is none")
        # Whatever the file says, it is no younger than its import: so it can be told from what was put up here.
        row["created_at"] = min(row["created_at"], datetime.fromisoformat(self._run.origin["imported_at"]))
        return row


def _candidate(row: Row) -> Row:
    _must(_is_content(row["content"]), "its content is none")
    _must(all(isinstance(each, str) for each in row["evidence"]), "its evidence names no samples")
    _must(all(isinstance(each, dict) for each in row["flags"]), "its flags are none")
    return {**row, "flagged": len(row["flags"])}


def _review(row: Row) -> Row:
    _must(row["edited_content"] is None or _is_content(row["edited_content"]), "its edited content is none")
    return row


def _is_content(value: Any) -> bool:
    """Tell whether a value has fields by the name of each variable."""
    return isinstance(value, dict) and all(isinstance(fields, dict) for fields in value.values())


def _release_file(kind: str, file: Row) -> Row:
    """Return a file of a version as it may be sent to people: what it is follows from its kind, not from its row."""
    *_, content_type = KINDS[kind]
    _must(FILENAME.fullmatch(file["filename"]) is not None, f"the name of its {kind} is no name of a file")
    _must(isinstance(file["text"], str), f"its {kind} is no text")
    if content_type == "application/json":
        json.loads(file["text"])
    return {"filename": file["filename"], "content_type": content_type, "text": file["text"]}


def _must(is_so: bool, problem: str) -> None:
    if not is_so:
        raise ValueError(problem)
