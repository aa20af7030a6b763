"""Changes to programs."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.programs.models import Program

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


def create_program(*, owner: User, definition: dict[str, Any]) -> Program:
    """Save a new program."""
    program = Program(owner=owner, **{name: definition[name] for name in CONTENT})
    program.save()
    return program


@transaction.atomic
def change_program(*, program: Program, definition: dict[str, Any]) -> Program:
    """Save what a person changed; the revision rises only if something did. Runs keep what they were launched with."""
    stored = Program.objects.select_for_update().get(pk=program.pk)
    if all(getattr(stored, name) == definition[name] for name in CONTENT):
        return stored
    for name in CONTENT:
        setattr(stored, name, definition[name])
    stored.revision += 1
    stored.save()
    return stored


def delete_program(*, program: Program) -> None:
    """Delete a program that no run uses.

    Raises:
        ProgramInUse: a run was launched with it.
    """
    from django.db.models import ProtectedError

    try:
        program.delete()
    except ProtectedError as error:
        raise ProgramInUse(f"Runs were launched with “{program.name}”: delete those first.") from error
