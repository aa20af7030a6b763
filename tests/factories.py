"""Datasets with good defaults, read and split as a person would have them."""

from __future__ import annotations

from django.core.files.base import ContentFile

from omegaweb.accounts.models import User
from omegaweb.datasets import services
from omegaweb.datasets.models import Dataset, DatasetVersion
from omegaweb.projects.models import Project

LABELS = ("billing", "bug", "praise")


def tickets(rows: int = 60) -> str:
    """A CSV file of support tickets with three labels in turn."""
    lines = [f"{number},ticket number {number},{LABELS[number % len(LABELS)]}" for number in range(rows)]
    return "\n".join(["id,ticket,label", *lines]) + "\n"


def project_of(owner: User) -> Project:
    """The project that came with an account."""
    return Project.objects.first_of(owner)


def dataset(owner: User, content: str | bytes | None = None, filename: str = "tickets.csv", **options: str) -> Dataset:
    """A dataset whose file has been read (or has failed to be)."""
    raw = tickets() if content is None else content
    upload = ContentFile(raw.encode() if isinstance(raw, str) else raw, filename)
    return services.create_dataset(project=project_of(owner), user=owner, upload=upload, background=False, **options)


def version(owner: User, content: str | None = None, **choices: object) -> DatasetVersion:
    """A dataset of tickets that is split."""
    owned = dataset(owner, content)
    table = owned.latest_table
    assert table is not None
    chosen: dict[str, object] = {"input_columns": ["ticket"], "target_columns": ["label"]} | choices
    return services.save_version(dataset=owned, user=owner, table=table, **chosen)  # type: ignore[arg-type]
