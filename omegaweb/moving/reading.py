"""A file becomes a run of this database, whole or not at all."""

from __future__ import annotations

import logging

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, transaction
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.moving.archive import ArchiveReader, NotImportable, Row
from omegaweb.moving.configuration import check_configuration
from omegaweb.moving.people import People
from omegaweb.moving.rows import Rows, keep_times
from omegaweb.moving.shapes import OF_THE_RUN, RUN
from omegaweb.moving.showing import show_everything
from omegaweb.moving.suiting import Suiting
from omegaweb.moving.surroundings import program_of, version_of
from omegaweb.projects.models import Project
from omegaweb.runs.models import Run, RunState

logger = logging.getLogger(__name__)

NAME_LENGTH = 120
#: A run that was under way where it came from waits here for somebody who continues it.
KEPT_STATES = frozenset(state for state in RunState if state.is_over) | {RunState.PAUSED, RunState.INTERRUPTED}


class AlreadyHere(NotImportable):
    """The run is in the project already."""

    def __init__(self, run: Run) -> None:
        super().__init__(f"This run is here already, as “{run}” (run {run.pk}). Nothing was changed.")
        self.run = run


def import_run(archive: ArchiveReader, *, project: Project, user: User) -> Run:
    """Write a run into a project, with its dataset and program unless they are there from an earlier import.

    Raises:
        AlreadyHere: it was imported before, or never left.
        NotImportable: the file cannot be used. Nothing was written.
    """
    try:
        with transaction.atomic():
            return _import(archive, project, user)
    except DatabaseError as error:
        raise NotImportable(f"The database does not take what is in the file; nothing was saved. {error}") from error
    except NotImportable:
        raise
    except (
        *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError),
        *(RecursionError, AssertionError, ObjectDoesNotExist),
    ) as error:
        # A file may hold anything; where that is not to blame, the log says what is.
        logger.exception("a run could not be imported")
        raise NotImportable(f"The file cannot be used; nothing was saved. {error}") from error


def _import(archive: ArchiveReader, project: Project, user: User) -> Run:
    rows = Rows(archive, People(project, _people(archive)))
    found = rows.one(RUN)
    if (known := Run.objects.in_project(project).filter(created_at=found["created_at"]).first()) is not None:
        raise AlreadyHere(known)
    run = Run(
        **_run_values(found),
        project=project,
        program=program_of(rows, project, user),
        dataset_version=version_of(rows, project, user),
        origin={**_origin(archive, user), "spent": _spent(found)},
    )
    run.save()
    keep_times([run], [found])
    _write_parts(rows, run, archive)
    show_everything(run, user)
    after = {**run.origin, "events": run.last_sequence}
    record(project=project, actor=user, action=Action.RUN_IMPORTED, target=run, after=after)
    return run


def _write_parts(rows: Rows, run: Run, archive: ArchiveReader) -> None:
    """Write everything that belongs to the run, and say which candidates it stands with."""
    suiting = Suiting(rows.known, run)
    for shape in OF_THE_RUN:
        rows.create(shape, suiting.change_of(shape.member), **suiting.base_of(shape))
        if shape.later:
            rows.link(shape)
    row = next(archive.rows(RUN.member))
    numbers = {name: row.get(name) for name in RUN.later}
    known = rows.known["candidate"]
    Run.objects.filter(pk=run.pk).update(**{f"{name}_id": known.get(number) for name, number in numbers.items()})
    run.refresh_from_db()


def _people(archive: ArchiveReader) -> list[Row]:
    people = list(archive.rows("people"))
    if not all(isinstance(row.get("person"), int) and isinstance(row.get("username"), str) for row in people):
        raise NotImportable("The file cannot be used: people.jsonl does not say who somebody is.")
    return people


def _run_values(found: Row) -> Row:
    try:
        check_configuration(found["configuration"])
    except ValueError as error:
        raise NotImportable(f"The file cannot be used: {error}.") from error
    state = RunState(found["state"])
    # What a run began with is part of its configuration; the number of the run that it came from means nothing here.
    start = found["configuration"].get("start")
    configuration = {**found["configuration"], "start": {**start, "run": 0}} if start else found["configuration"]
    return {
        **found,
        "configuration": configuration,
        "state": state if state in KEPT_STATES else RunState.INTERRUPTED,
    }


def _spent(found: Row) -> Row:
    """Return what was paid before the run came here, so that it is not counted here as well."""
    return {"by_role": found["spend_by_role"], "unpriced_calls": found["unpriced_calls"]}


def _origin(archive: ArchiveReader, user: User) -> Row:
    said = archive.manifest.get("run")
    said = said if isinstance(said, dict) else {}
    return {
        "project": str(said.get("project", ""))[:NAME_LENGTH],
        "run": str(said.get("number", ""))[:20],
        "written_at": str(archive.manifest.get("written_at", ""))[:40],
        "imported_at": timezone.now().isoformat(),
        "by": user.get_username(),
    }
