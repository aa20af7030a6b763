"""Writes an invented run as if it had happened: table, program, log, and the rows the projection makes of it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.datasets.models import DatasetVersion
from omegaweb.datasets.services import create_dataset, save_version
from omegaweb.engine.projection import Projection
from omegaweb.engine.simulation import texts
from omegaweb.engine.simulation.search import Search
from omegaweb.programs.models import Program
from omegaweb.programs.services import create_program
from omegaweb.projects.models import Project
from omegaweb.runs.configuration import ModelChoice, OptimizerChoice, RunConfiguration
from omegaweb.runs.models import Event, Run
from omegaweb.runs.services import launch_run
from optimizer_core import events

FRACTIONS = {"train": 0.25, "validation": 0.5, "test": 0.25}
EVENTS_AT_A_TIME = 200
SECONDS_BETWEEN_EVENTS = 0.4


@transaction.atomic
def make_run(*, owner: User, candidates: int, evaluations: int, rows: int, seed: int = 0) -> Run:
    """Create a finished run of the given size; its name says that it is simulated.

    Raises:
        ValueError: the sizes do not fit together.
    """
    run, said = begin_run(owner=owner, candidates=candidates, evaluations=evaluations, rows=rows, seed=seed)
    write(run, said)
    return run


def begin_run(
    *, owner: User, candidates: int, evaluations: int, rows: int, seed: int = 0
) -> tuple[Run, Iterator[events.Event]]:
    """Create a run of which nothing is written yet, and return what it is going to say.

    Raises:
        ValueError: the sizes do not fit together.
    """
    rng = random.Random(seed)
    version = _version(owner, rows, rng)
    answers = {split: [targets["queue"] for _, _, targets in version.rows(split)] for split in ("validation", "test")}
    search = Search(
        candidates=candidates, evaluations=evaluations, sizes=version.split_sizes(), answers=answers, seed=seed
    )
    program = _program(owner)
    configuration = RunConfiguration(
        program=program.definition(),
        optimizer=OptimizerChoice(kind="omega"),
        models=ModelChoice(task="simulated", embedding="simulated"),
    )
    run = launch_run(
        user=owner,
        name=f"Simulated: {candidates:,} candidates, {evaluations:,} evaluations",
        version=version,
        program=program,
        configuration=configuration,
    )
    return run, search.events()


def _version(owner: User, rows: int, rng: random.Random) -> DatasetVersion:
    upload = ContentFile(texts.table(rows, rng=rng).encode(), name="simulated_tickets.csv")
    dataset = create_dataset(
        project=Project.objects.first_of(owner),
        user=owner,
        upload=upload,
        name=f"Simulated tickets ({rows:,})",
        background=False,
    )
    return save_version(
        dataset=dataset,
        user=owner,
        table=dataset.tables.get(),
        input_columns=["ticket"],
        target_columns=["queue"],
        fractions=FRACTIONS,
    )


def _program(owner: User) -> Program:
    definition = texts.program()
    project = Project.objects.first_of(owner)
    known = Program.objects.in_project(project).filter(name=definition["name"]).first()
    return known or create_program(project=project, user=owner, definition=definition)


def write(run: Run, said: Iterator[events.Event]) -> None:
    """Write the next events of a run as if it had said them."""
    projection = Projection(run)
    began, sequence = timezone.now(), run.last_sequence
    while batch := list(itertools.islice(said, EVENTS_AT_A_TIME)):
        rows = []
        for event in batch:
            sequence += 1
            at = began + timedelta(seconds=sequence * SECONDS_BETWEEN_EVENTS)
            projection.apply(event, sequence=sequence, at=at)
            payload = events.event_to_json(event)
            rows.append(Event(run=run, sequence=sequence, kind=event.kind, payload=payload, at=at))
        projection.save()
        Event.objects.bulk_create(rows)
