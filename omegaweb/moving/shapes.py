"""What of each row travels in a file, and by what rows name each other there, because numbers of a database do not.

Each column of a model is carried, names another row, names a person, or stays; a test looks that none is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from omegaweb.datasets.models import Dataset, DatasetVersion, Table, TableRow
from omegaweb.programs.models import Program
from omegaweb.releases.models import Release, ReleaseStep, SealOpening
from omegaweb.reviews.models import PairwisePick, Review, Vote
from omegaweb.runs.models import Candidate, Checkpoint, Event, JournalEntry, JournalPart, Measurement, Placement, Run
from omegaweb.runs.models import SampleScore as SampleScore
from omegaweb.runs.models import SteeringRequest as SteeringRequest

#: What other rows name → the way from such a row to its name in the file.
NAMES = {
    "candidate": "number",
    "review": "candidate__number",  # there is at most one review of a candidate
    "opening": "number",
    "release": "number",
    "request": "pk",  # what a run calls a steering request; the reader gives it another one
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How the rows of one model travel."""

    member: str  # the file within the file
    model: type[models.Model]
    fields: tuple[str, ...]  # carried as they are
    people: tuple[str, ...] = ()  # accounts, carried as numbers of people.jsonl
    names: Mapping[str, str] = field(default_factory=dict)  # field → kind of row, one of NAMES
    stays: tuple[str, ...] = ()  # belongs to the database it is in
    within: str = "run"  # the way from a row to its run
    kind: str = ""  # what other rows call it, one of NAMES
    later: tuple[str, ...] = ()  # names of rows that may stand further down

    @property
    def rows(self) -> models.QuerySet[Any]:
        return self.model._default_manager.all()


def _of_candidate(member: str, model: type[models.Model], *fields: str) -> Shape:
    return Shape(
        member=member,
        model=model,
        fields=fields,
        names={"candidate": "candidate"},
        stays=("id",),
        within="candidate__run",
    )


RUN = Shape(
    member="run",
    model=Run,
    fields=(
        *("name", "configuration", "state", "reason", "message", "stop_requested_at"),
        *("created_at", "started_at", "finished_at", "last_sequence", "epochs", "batches", "epoch", "batches_done"),
        *("calls", "tokens", "cost", "unpriced_calls", "seconds", "seconds_at", "spend_by_role", "left", "replayed"),
        *("result", "waited", "waiting_since"),
    ),
    people=("created_by",),
    names={"baseline": "candidate", "best": "candidate"},
    later=("baseline", "best"),
    stays=(
        *("id", "project", "dataset_version", "program", "heartbeat_at", "claimed_by", "fence", "losses", "origin"),
        "troubles",
    ),
    within="pk",
)
PROGRAM = Shape(
    member="program",
    model=Program,
    fields=(
        *("name", "description", "instruction", "style", "input_fields", "output_fields", "seed_instructions"),
        *("revision", "created_at", "updated_at"),
    ),
    stays=("id", "project", "created_by"),
    within="runs",
)
DATASET = Shape(
    member="dataset",
    model=Dataset,
    fields=("name", "created_at"),
    stays=("id", "project", "created_by"),
    within="versions__runs",
)
TABLE = Shape(
    member="table",
    model=Table,
    fields=(
        *("filename", "size", "format", "encoding", "delimiter", "warnings", "columns", "row_count", "created_at"),
    ),
    stays=("id", "dataset", "file", "state", "progress", "split_progress", "split_error", "alive_at", "error"),
    within="versions__runs",
)
VERSION = Shape(
    member="version",
    model=DatasetVersion,
    fields=(
        *("number", "input_columns", "target_columns", "feedback_columns", "fractions", "seed", "splits", "counts"),
        *("label_distribution", "created_at", "used_at"),
    ),
    stays=("id", "dataset", "table"),
    within="runs",
)
ROWS = Shape(
    member="rows",
    model=TableRow,
    fields=("position", "values"),
    stays=("id", "table"),
    within="table__versions__runs",
)
#: There is exactly one row of each.
SINGLE = (RUN, PROGRAM, DATASET, TABLE, VERSION)

#: What belongs to the run, in the order in which it can be written: nothing names a row that comes later.
OF_THE_RUN = (
    Shape(
        member="steering",
        model=SteeringRequest,
        fields=("action", "payload", "created_at", "applied_at", "applied_after", "problem"),
        people=("author",),
        stays=("id", "run"),
        kind="request",
    ),
    Shape(
        member="candidates",
        model=Candidate,
        fields=(
            *("key", "number", "operator", "variable", "content", "reasoning", "epoch", "batch", "created_at"),
            *("state", "rank", "reward", "count", "low", "high", "score", "novelty", "fate", "pinned"),
            *("fate_distance", "better", "worse", "raced", "evidence", "flags", "flagged", "last_sequence"),
        ),
        names={"fate_by": "candidate"},
        later=("fate_by",),
        stays=("id", "run"),
        kind="candidate",
    ),
    Shape(
        member="parents",
        model=Candidate.parents.through,
        fields=(),
        names={"from_candidate": "candidate", "to_candidate": "candidate"},
        stays=("id",),
        within="from_candidate__run",
    ),
    _of_candidate("placements", Placement, "x", "y", "vector"),
    _of_candidate("scores", SampleScore, "split", "index", "reward", "output", "feedback", "error", "questions"),
    Shape(
        member="measurements",
        model=Measurement,
        fields=(
            *("sequence", "series", "calls", "seconds", "tokens", "cost", "epoch", "value", "low", "high", "count"),
        ),
        names={"candidate": "candidate"},
        stays=("id", "run"),
    ),
    Shape(member="events", model=Event, fields=("sequence", "kind", "payload", "at"), stays=("id", "run")),
    Shape(member="journal_parts", model=JournalPart, fields=("key", "value"), stays=("id", "run")),
    Shape(
        member="journal",
        model=JournalEntry,
        fields=(
            *("key", "role", "model", "context_key", "schema_key", "question", "settings", "answer"),
            *("calls", "prompt_tokens", "completion_tokens", "cost", "unpriced_calls", "seconds", "at"),
        ),
        stays=("id", "run"),
    ),
    Shape(member="checkpoints", model=Checkpoint, fields=("part", "state"), stays=("id", "run")),
    Shape(
        member="reviews",
        model=Review,
        fields=(
            *("state", "reason", "edited_content", "edition", "requested_at", "due_at", "decided_at"),
            "by_time_limit",
        ),
        people=("reviewer", "edited_by"),
        names={"candidate": "candidate"},
        stays=("id", "run"),
        kind="review",
    ),
    Shape(
        member="votes",
        model=Vote,
        fields=("verdict", "reason", "edition", "at"),
        people=("person",),
        names={"review": "review"},
        stays=("id",),
        within="review__run",
    ),
    Shape(
        member="picks",
        model=PairwisePick,
        fields=("reference", "split", "index", "candidate_first", "pick", "reward", "reference_reward", "at"),
        people=("person",),
        names={"review": "review"},
        stays=("id",),
        within="review__run",
    ),
    Shape(
        member="openings",
        model=SealOpening,
        fields=(
            *("number", "by_run", "reason", "opened_at", "finished_at", "state", "message", "rows", "wanted"),
            *("answered", "most_calls", "calls", "tokens", "cost", "unpriced_calls", "figures"),
        ),
        people=("opened_by",),
        names={"candidate": "candidate"},
        stays=("id", "run", "claimed_by", "attempt", "heartbeat_at"),
        kind="opening",
    ),
    Shape(
        member="releases",
        model=Release,
        fields=("number", "content", "definition", "files", "figures", "notes", "state", "created_at"),
        names={"candidate": "candidate", "opening": "opening"},
        stays=("id", "run", "program"),
        kind="release",
    ),
    Shape(
        member="release_steps",
        model=ReleaseStep,
        fields=("kind", "comment", "at"),
        people=("by",),
        names={"release": "release"},
        stays=("id",),
        within="release__run",
    ),
)
