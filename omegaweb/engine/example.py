"""The ready-made example: a table of support tickets, a program, and the preset that shows an improvement."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.datasets.models import Dataset
from omegaweb.datasets.services import create_dataset, save_version
from omegaweb.programs.models import Program
from omegaweb.programs.services import create_program
from omegaweb.programs.suggestions import suggest
from omegaweb.projects.models import Project

TABLE = Path(__file__).resolve().parent.parent / "examples" / "support_tickets.csv"
NAME = "Support tickets (example)"
INSTRUCTION = "Read {{ticket}} and choose the team that should answer it."
#: The names of the teams say nothing about their work, as in many a company: only examples can teach them, which even a
#: small model shows clearly. With telling names it knows half of it beforehand, and gains a tenth.
DESCRIPTION = "Routes a support ticket to the team that takes care of such: maple, oak or pine."
#: The test gets most of the rows, because their number decides how sure the result is.
FRACTIONS = {"train": 0.18, "validation": 0.27, "test": 0.55}
PRESET = "random_few_shot:balanced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What was made, or found from an earlier click."""

    dataset: Dataset
    program: Program
    preset: str = PRESET

    @property
    def rows(self) -> int:
        table = self.dataset.latest_table
        return table.row_count if table else 0


def create_example(*, project: Project, user: User) -> Example:
    """Make the example's dataset and program; a second click finds the first one's."""
    dataset = Dataset.objects.in_project(project).filter(name=NAME, versions__isnull=False).first()
    program = Program.objects.in_project(project).filter(name=NAME).first()
    with transaction.atomic():
        dataset = dataset or _create_dataset(project, user)
        program = program or _create_program(user, dataset)
    return Example(dataset=dataset, program=program)


def _create_dataset(project: Project, user: User) -> Dataset:
    upload = ContentFile(TABLE.read_bytes(), name=TABLE.name)
    dataset = create_dataset(project=project, user=user, upload=upload, name=NAME, background=False)
    table = dataset.tables.get()
    *inputs, target = table.column_names
    save_version(
        dataset=dataset,
        user=user,
        table=table,
        input_columns=inputs,
        target_columns=[target],
        fractions=FRACTIONS,
        seed=0,
    )
    return dataset


def _create_program(user: User, dataset: Dataset) -> Program:
    version = dataset.versions.latest("number")
    definition = {**suggest(dataset, version), "name": NAME, "description": DESCRIPTION}
    return create_program(project=dataset.project, user=user, definition=definition)
