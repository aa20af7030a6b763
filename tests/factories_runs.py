"""Runs with their dataset, program, candidates, scores and reviews, with defaults that fit together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from omegaweb.accounts.models import User
from omegaweb.datasets.models import Dataset, DatasetVersion, Table, TableRow
from omegaweb.programs.models import Program
from omegaweb.releases.models import Release
from omegaweb.reviews.models import Review
from omegaweb.runs.configuration import RunConfiguration
from omegaweb.runs.models import Candidate, CandidateState, Event, Run, RunState, SampleScore
from tests.factories import project_of

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
INSTRUCTION = "Say which team should answer: {{text}}"
LABELS = ("billing", "technical")
VARIABLE = "generator"
SCHEMA = {
    "type": "object",
    "properties": {"instructions": {"type": "string", "minLength": 1}},
    "required": ["instructions"],
    "additionalProperties": False,
}


def make_version(owner: User, *, splits: str = "ttttvvvvssss", name: str = "Tickets") -> DatasetVersion:
    """A table of texts and labels, one letter of `splits` a row."""
    dataset = Dataset.objects.create(project=project_of(owner), created_by=owner, name=name)
    columns: list[dict[str, Any]] = [
        {"name": column, "type": "text", "examples": [], "distinct": 2, "blank": 0} for column in ("text", "label")
    ]
    table = Table.objects.create(
        dataset=dataset, filename="tickets.csv", size=1, state="ready", columns=columns, row_count=len(splits)
    )
    TableRow.objects.bulk_create(
        TableRow(table=table, position=position, values=[f"ticket {position}", LABELS[position % 2]])
        for position in range(len(splits))
    )
    return DatasetVersion.objects.create(
        dataset=dataset,
        number=1,
        table=table,
        input_columns=["text"],
        target_columns=["label"],
        fractions={"train": 0.4, "validation": 0.3, "test": 0.3},
        splits=splits,
    )


def make_program(owner: User, *, name: str = "Triage", instruction: str = INSTRUCTION, **changes: Any) -> Program:
    values: dict[str, Any] = {
        "input_fields": [{"name": "text", "description": "What the customer wrote"}],
        "output_fields": [{"name": "label", "type": "choice", "choices": list(LABELS), "description": "The team"}],
    }
    values |= {"project": project_of(owner), "created_by": owner}
    return Program.objects.create(name=name, instruction=instruction, **{**values, **changes})


def make_run(
    owner: User,
    *,
    name: str = "Triage, first try",
    version: DatasetVersion | None = None,
    program: Program | None = None,
    configuration: dict[str, Any] | None = None,
    **changes: Any,
) -> Run:
    """A run under way, without candidates; `configuration` replaces members of RunConfiguration."""
    version = version or make_version(owner)
    program = program or make_program(owner, name=f"Program of {name}")
    chosen = RunConfiguration(program=program.definition(), **(configuration or {}))
    values: dict[str, Any] = {"state": RunState.RUNNING, "started_at": START}
    run = Run.objects.create(
        project=program.project,
        created_by=owner,
        name=name,
        dataset_version=version,
        program=program,
        configuration=chosen.to_json(),
        **{**values, **changes},
    )
    add_started_event(run)
    return run


def add_started_event(run: Run, *, variables: Sequence[dict[str, Any]] | None = None) -> Event:
    """What the run said when it began: its sizes and its variables."""
    if variables is None:
        variables = [{"name": VARIABLE, "description": "", "schema": SCHEMA, "trainable": True}]
    payload = {
        "optimizer": "omega",
        "configuration": {},
        "sizes": run.dataset_version.split_sizes(),
        "seed": 0,
        "variables": list(variables),
    }
    run.last_sequence += 1
    run.save(update_fields=["last_sequence"])
    return Event.objects.create(run=run, sequence=run.last_sequence, kind="run.started", payload=payload, at=START)


def content_of(instruction: str, examples: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """A candidate's content with one variable; each example is a text and its label."""
    listed = [{"inputs": {"text": text}, "outputs": {"label": label}} for text, label in examples]
    return {VARIABLE: {"instructions": instruction, "examples": listed}}


def make_candidate(
    run: Run,
    *,
    number: int = 0,
    instruction: str = INSTRUCTION,
    examples: Sequence[tuple[str, str]] = (),
    parents: Sequence[Candidate] = (),
    **changes: Any,
) -> Candidate:
    """The baseline by default; a higher number is a mutation of `parents`."""
    values: dict[str, Any] = {
        "key": f"{number:012x}",
        "operator": "mutation" if number else "baseline",
        "variable": VARIABLE if number else "",
        "content": content_of(instruction, examples),
        "created_at": START + timedelta(minutes=number),
        "state": CandidateState.IN_POPULATION,
        "reward": 0.5,
        "count": 4,
        "low": 0.15,
        "high": 0.85,
    }
    candidate = Candidate.objects.create(run=run, number=number, **{**values, **changes})
    candidate.parents.set(parents)
    if number == 0:
        run.baseline = run.best = candidate
        run.save(update_fields=["baseline", "best"])
    return candidate


def make_scores(
    candidate: Candidate, rewards: Sequence[float | None], *, split: str = "validation"
) -> list[SampleScore]:
    """One score a sample, by position; None leaves the sample out."""
    return SampleScore.objects.bulk_create(
        SampleScore(
            candidate=candidate,
            split=split,
            index=index,
            reward=reward,
            output={"label": "billing" if reward >= 0.5 else "technical"},
        )
        for index, reward in enumerate(rewards)
        if reward is not None
    )


def make_release(candidate: Candidate, **changes: Any) -> Release:
    """A proposed version, not tested, of the program of its run."""
    run = candidate.run
    values: dict[str, Any] = {"number": run.program.releases.count() + 1, "notes": "It does well."}
    values |= {"content": candidate.content, "definition": run.configuration["program"]}
    release = Release.objects.create(program=run.program, run=run, candidate=candidate, **{**values, **changes})
    release.steps.create(kind="proposed", by=run.created_by, comment=release.notes)
    return release


def make_review(candidate: Candidate, **changes: Any) -> Review:
    """A candidate that waits for its run's owner."""
    if candidate.state == CandidateState.IN_POPULATION:
        candidate.state = CandidateState.WAITING
        candidate.save(update_fields=["state"])
    values: dict[str, Any] = {"requested_at": candidate.created_at}
    return Review.objects.create(run=candidate.run, candidate=candidate, **{**values, **changes})
