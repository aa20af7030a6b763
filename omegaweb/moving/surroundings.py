"""The program and the dataset of a run that comes as a file: as they were, unless an earlier import brought them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.datasets.models import Dataset, DatasetVersion, Table
from omegaweb.moving.archive import NotImportable
from omegaweb.moving.rows import Rows, keep_times
from omegaweb.moving.shapes import DATASET, PROGRAM, ROWS, TABLE, VERSION
from omegaweb.programs.models import Program
from omegaweb.projects.models import Project

NAME_LENGTH = 120
#: By what a table is known again: when it was made, and what it was made from.
MARKS_OF_A_TABLE = ("created_at", "filename", "row_count", "size")
MARKS_OF_A_VERSION = ("splits", "input_columns", "target_columns", "feedback_columns")


def program_of(rows: Rows, project: Project, user: User) -> Program:
    """Return the program as it was, or the one of the project that is equal to it."""
    found = rows.one(PROGRAM)
    program = Program(**found, project=project, created_by=user)
    of_project = Program.objects.in_project(project)
    for known in of_project.filter(created_at=found["created_at"]):
        if known.definition() == program.definition():
            return known
    program.name = _free_name(program.name, of_project)
    program.save()
    keep_times([program], [found])
    return program


def version_of(rows: Rows, project: Project, user: User) -> DatasetVersion:
    """Return the version of the dataset, with all its rows.

    Raises:
        NotImportable: rows are missing.
    """
    about = rows.one(VERSION)
    dataset, _ = Dataset.objects.get_or_create(project=project, **rows.one(DATASET), defaults={"created_by": user})
    table = _table(rows, dataset)
    if len(about["splits"]) != table.row_count:
        raise NotImportable("The file cannot be used: not every row has its split.")
    for version in table.versions.all():
        if all(getattr(version, name) == about[name] for name in MARKS_OF_A_VERSION):
            return version
    about["used_at"] = about["used_at"] or timezone.now()
    about["number"] = _free_number(about["number"], dataset)
    return DatasetVersion.objects.create(dataset=dataset, table=table, **about)


def _table(rows: Rows, dataset: Dataset) -> Table:
    about = rows.one(TABLE)
    known = dataset.tables.filter(**{name: about[name] for name in MARKS_OF_A_TABLE}).first()
    if known is not None:
        return known
    table = Table.objects.create(dataset=dataset, state=Table.State.READY, progress=100, **about)
    rows.create(ROWS, table=table)
    if table.rows.count() != table.row_count:
        raise NotImportable(f"The file cannot be used: rows of {table} are missing.")
    return table


def _free_name(name: str, taken: models.QuerySet[Any]) -> str:
    free, number = name, 1
    while taken.filter(name=free).exists():
        free = f"{name[: NAME_LENGTH - 20]} (imported{f' {number}' if number > 1 else ''})"
        number += 1
    return free


def _free_number(number: int, dataset: Dataset) -> int:
    taken = set(dataset.versions.values_list("number", flat=True))
    return number if number not in taken else max(taken) + 1
