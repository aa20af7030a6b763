"""Deletes a project with everything in it."""

from __future__ import annotations

from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.datasets.models import Dataset
from omegaweb.datasets.services import delete_dataset
from omegaweb.enumeration import some_of
from omegaweb.programs.models import Program
from omegaweb.programs.services import delete_program
from omegaweb.projects.models import Project
from omegaweb.releases.models import OpeningState, Release, SealOpening
from omegaweb.runs.models import UNDER_WAY, Run, RunState
from omegaweb.runs.services import delete_run


class RunsUnderWay(Exception):
    """Something in the project is still working."""

    def __init__(self, names: list[str]) -> None:
        are, them = ("is", "that") if len(names) == 1 else ("are", "them")
        super().__init__(f"{_named(names)} {are} under way. Stop {them} first, then delete.")


class TestsUnderWay(Exception):
    """Rows that were sealed are being answered, and paid for."""

    def __init__(self, names: list[str]) -> None:
        test, are, they_are = ("test", "is", "it is") if len(names) == 1 else ("tests", "are", "they are")
        super().__init__(f"The {test} of {_named(names)} {are} under way. Delete the project when {they_are} done.")


def _named(names: list[str]) -> str:
    return some_of([f"“{name}”" for name in names])


@transaction.atomic
def delete_project(*, project: Project, user: User) -> None:
    """Delete all of it or nothing; what is told of runs, programs and datasets stays in the audit log.

    Raises:
        RunsUnderWay: runs are queued or working; nothing was deleted.
        TestsUnderWay: sealed rows are being tested; nothing was deleted.
    """
    runs = list(Run.objects.in_project(project).select_for_update(of=("self",)))  # so that no test begins meanwhile
    if busy := [run.name for run in runs if run.state in (RunState.QUEUED, *UNDER_WAY)]:
        raise RunsUnderWay(busy)
    tests = SealOpening.objects.filter(run__in=runs, state=OpeningState.RUNNING)
    if tested := list(tests.values_list("run__name", flat=True)):
        raise TestsUnderWay(tested)
    Release.objects.in_project(project).delete()  # runs stay as long as versions stand on them
    for run in runs:
        if not delete_run(run, user=user):
            raise RunsUnderWay([run.name])
    for program in Program.objects.in_project(project):
        delete_program(program=program, user=user)
    for dataset in Dataset.objects.in_project(project):
        delete_dataset(dataset=dataset, user=user)
    members = {str(member): member.role for member in project.memberships.select_related("user")}
    record(project=project, actor=user, action=Action.PROJECT_DELETED, target=project, before={"members": members})
    project.delete()
