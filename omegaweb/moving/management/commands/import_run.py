"""`manage.py import_run`: a run from a file that `export_run` wrote, here or elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from omegaweb.accounts.models import User
from omegaweb.moving.archive import ArchiveReader, NotImportable
from omegaweb.moving.reading import import_run
from omegaweb.projects.access import can_edit
from omegaweb.projects.models import Project


class Command(BaseCommand):
    """Brings a run into a project, whole or not at all."""

    help = "Import a run from a file of `export_run`. What cannot be imported whole changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and where the run goes."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", default="", help="name or number of a project; the owner's first if left out")
        parser.add_argument("--owner", default="", help="name of the account it belongs to; the oldest one if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        owner = _owner(options["owner"])
        project = _project(options["project"], owner)
        try:
            with options["file"].open("rb") as file:
                run = import_run(ArchiveReader(file), project=project, user=owner)
        except (NotImportable, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"run {run.pk}: “{run}”, {run.get_state_display().lower()}, in project “{project}”\n"
            f"  {run.get_absolute_url()}\n"
        )


def _owner(name: str) -> User:
    accounts = User.objects.filter(is_active=True).order_by("pk")
    owner = accounts.filter(username=name).first() if name else accounts.first()
    if owner is None:
        raise CommandError(
            f"There is no account {name!r}." if name else "There is no account yet: start the site once."
        )
    return owner


def _named(owner: User) -> str:
    mine = [project for project in Project.objects.visible_to(owner) if can_edit(owner, project)]
    return ", ".join(f"“{project}” ({project.pk})" for project in mine) or "none"


def _project(named: str, owner: User) -> Project:
    if not named:
        return Project.objects.first_of(owner)
    projects = Project.objects.all()
    found = list(projects.filter(name=named) or (projects.filter(pk=int(named)) if named.isdecimal() else ()))
    if len(found) != 1:
        raise CommandError(
            f"There are {len(found)} projects called {named!r}: give a number."
            if found
            else f"There is no project {named!r}. Projects that {owner} may change: {_named(owner)}. "
            "Name one of them with --project, or leave it out for the first; new ones are made on the site."
        )
    if not can_edit(owner, found[0]):
        raise CommandError(f"{owner} is no editor of “{found[0]}”: name one with --owner.")
    return found[0]
