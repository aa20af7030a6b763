"""Changes to runs."""

from __future__ import annotations

from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.datasets.models import DatasetVersion
from omegaweb.programs.models import Program
from omegaweb.runs.configuration import RunConfiguration
from omegaweb.runs.models import Run


@transaction.atomic
def launch_run(
    *, owner: User, name: str, version: DatasetVersion, program: Program, configuration: RunConfiguration
) -> Run:
    """Write a queued run and freeze the dataset version it uses. Whoever calls starts it after the commit."""
    version.mark_used()
    return Run.objects.create(
        owner=owner,
        name=name,
        dataset_version=version,
        program=program,
        configuration=configuration.to_json(),
        epochs=configuration.training.epochs,
    )


@transaction.atomic
def delete_run(run: Run) -> bool:
    """Delete a run with everything it found. False if it is under way, or waits for its turn."""
    if not Run.objects.select_for_update().at_rest().filter(pk=run.pk).exists():
        return False
    run.delete()
    return True
