"""Changes to programs."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import changes, record
from omegaweb.programs.models import Program
from omegaweb.projects.models import Project

CONTENT = (
    "name",
    "description",
    "instruction",
    "style",
    "input_fields",
    "output_fields",
    "seed_instructions",
)


class ProgramInUse(Exception):
    """Runs still show this program, so it cannot be deleted."""


@transaction.atomic
def create_program(*, project: Project, user: User, definition: dict[str, Any]) -> Program:
    """Save a new program."""
    content = {name: definition[name] for name in CONTENT}
    program = Program.objects.create(project=project, created_by=user, **content)
    record(project=project, actor=user, action=Action.PROGRAM_CREATED, target=program, after=content)
    return program


@transaction.atomic
def change_program(*, program: Program, user: User, definition: dict[str, Any]) -> Program:
    """Save what a person changed; the revision rises only if something did. Runs keep what they were launched with."""
    stored = Program.objects.select_for_update().get(pk=program.pk)
    before, after = changes(stored.definition(), {name: definition[name] for name in CONTENT})
    if not after:
        return stored
    for name in CONTENT:
        setattr(stored, name, definition[name])
    stored.revision += 1
    stored.save()
    record(project=stored.project, actor=user, action=Action.PROGRAM_CHANGED, target=stored, before=before, after=after)
    return stored


def delete_program(*, program: Program, user: User) -> None:
    """Delete a program that no run uses.

    Raises:
        ProgramInUse: a run was launched with it.
    """
    from django.db.models import ProtectedError

    try:
        with transaction.atomic():
            before = program.definition()
            record(project=program.project, actor=user, action=Action.PROGRAM_DELETED, target=program, before=before)
            program.delete()
    except ProtectedError as error:
        raise ProgramInUse(f"Runs were launched with “{program.name}”: delete those first.") from error
