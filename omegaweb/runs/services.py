"""Changes to runs."""

from __future__ import annotations

from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.datasets.models import DatasetVersion
from omegaweb.programs.models import Program
from omegaweb.runs.configuration import RunConfiguration
from omegaweb.runs.models import Candidate, Run


@transaction.atomic
def launch_run(
    *, user: User, name: str, version: DatasetVersion, program: Program, configuration: RunConfiguration
) -> Run:
    """Write a queued run and freeze the dataset version it uses. Whoever calls starts it after the commit.

    The run belongs to the project of its program.

    Raises:
        ValueError: the dataset belongs to another project.
    """
    if version.dataset.project_id != program.project_id:
        raise ValueError(f"{version} and {program} belong to different projects: take both from one")
    version.mark_used()
    run = Run.objects.create(
        project=program.project,
        created_by=user,
        name=name,
        dataset_version=version,
        program=program,
        configuration=configuration.to_json(),
        epochs=configuration.training.epochs,
    )
    after = {"program": str(program), "dataset": str(version), "configuration": run.configuration}
    record(project=run.project, actor=user, action=Action.RUN_LAUNCHED, target=run, after=after)
    return run


class RunReleased(Exception):
    """Versions of a program come from this run, so it stays: it is what they stand on."""


@transaction.atomic
def delete_run(run: Run, *, user: User) -> bool:
    """Delete a run with everything it found. False if it is under way, or waits for its turn.

    Raises:
        RunReleased: a version of its program came from it.
    """
    if run.releases.exists():
        raise RunReleased(f"Versions of “{run.program}” come from “{run}”, so it cannot be deleted.")
    if not Run.objects.select_for_update().at_rest().filter(pk=run.pk).exists():
        return False
    before = {"state": run.state, "result": run.result}
    record(project=run.project, actor=user, action=Action.RUN_DELETED, target=run, before=before)
    run.delete()
    return True


def record_export(candidate: Candidate, *, user: User, kind: str) -> None:
    """Write down that somebody took a candidate away as a file."""
    run = candidate.run
    after = {"run": str(run), "file": kind}
    record(project=run.project, actor=user, action=Action.CANDIDATE_EXPORTED, target=candidate, after=after)
