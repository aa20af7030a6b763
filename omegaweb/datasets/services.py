"""What people do with datasets: upload, read again, choose columns and split, delete."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models.deletion import Collector
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.datasets import importing, split_thread
from omegaweb.datasets.models import Dataset, DatasetVersion, Table, TableRow
from omegaweb.datasets.ratings import without_bad_answers
from omegaweb.datasets.reading.values import is_blank
from omegaweb.datasets.splitting import RowKey, split_rows
from omegaweb.projects.models import Project

DEFAULT_FRACTIONS = {"train": 0.5, "validation": 0.25, "test": 0.25}
NAME_LENGTH = 120
#: More are split in the background: with these a request waits about a second.
ROWS_SPLIT_AT_ONCE = 20_000
ROWS_A_READ = 10_000


def create_dataset(
    *,
    project: Project,
    user: User,
    upload: File[bytes],
    name: str = "",
    encoding: str = "",
    delimiter: str = "",
    background: bool = True,
) -> Dataset:
    """Keep an uploaded file and begin to read it.

    Args:
        project: Where it belongs.
        user: Who uploads it.
        upload: The file; its `name` is shown and used to break ties about its format.
        name: Empty for the name of the file.
        encoding: Empty to find out.
        delimiter: Empty to find out.
        background: False reads the file before returning (for tests and ready-made examples).
    """
    filename = Path(upload.name or "table").name[:255]
    stored = _storage().save(f"{uuid.uuid4().hex}{Path(filename).suffix[:10].lower()}", upload)
    with transaction.atomic():
        chosen_name = (name.strip() or Path(filename).stem)[:NAME_LENGTH]
        dataset = Dataset.objects.create(project=project, created_by=user, name=chosen_name)
        table = Table.objects.create(
            dataset=dataset,
            filename=filename,
            file=stored,
            size=upload.size,
            encoding=encoding,
            delimiter=delimiter,
        )
        after = {"filename": filename, "bytes": upload.size}
        record(project=project, actor=user, action=Action.DATASET_UPLOADED, target=dataset, after=after)
    _begin(table, background)
    return dataset


def can_read_again(table: Table) -> bool:
    """Tell whether the table may still change: it is neither read nor split and nothing is built on it."""
    return not table.is_reading and not table.is_splitting and not table.versions.exists()


def read_again(*, table: Table, user: User, encoding: str, delimiter: str, background: bool = True) -> None:
    """Read the same file with other options.

    Raises:
        ValueError: if a version is built on the table, or it is being read.
    """
    if not can_read_again(table):
        raise ValueError(f"{table} is in use and cannot be read again: upload the file anew")
    dataset = table.dataset
    after = {"encoding": encoding or "found out", "delimiter": delimiter or "found out"}
    with transaction.atomic():
        Table.objects.filter(pk=table.pk).exclude(state=Table.State.READING).update(
            state=Table.State.READING,
            encoding=encoding,
            delimiter=delimiter,
            progress=0,
            error="",
            warnings=[],
            row_count=0,
            alive_at=timezone.now(),
        )
        record(project=dataset.project, actor=user, action=Action.DATASET_READ_AGAIN, target=dataset, after=after)
    _begin(table, background)


def save_version(
    *,
    dataset: Dataset,
    user: User,
    table: Table,
    input_columns: Sequence[str],
    target_columns: Sequence[str],
    feedback_columns: Sequence[str] = (),
    fractions: dict[str, float] = DEFAULT_FRACTIONS,
    seed: int = 0,
    tell: split_thread.Tell = lambda done: None,
) -> DatasetVersion:
    """Choose columns, split the rows, and keep both as the newest version.

    The newest version is replaced while nothing uses it; otherwise another one is added.

    Args:
        dataset: Whose version it will be.
        user: Who chose.
        table: Its table.
        input_columns: What the model reads.
        target_columns: The right answers.
        feedback_columns: What people said about rows, for whoever proposes.
        fractions: "train", "validation" and "test", adding up to 1.
        seed: The same seed gives the same split.
        tell: Told now and then how many rows are read.

    Raises:
        ValueError: if a column is unknown, or on both sides, or a side has none, or the table
            is not ready.
    """
    _check_columns(table, input_columns, target_columns)
    _check_feedback(table, feedback_columns, [*input_columns, *target_columns])
    keys = _row_keys(table, input_columns, target_columns, tell)
    split = split_rows(without_bad_answers(table, keys, target_columns, feedback_columns), fractions, seed)
    with transaction.atomic():
        Dataset.objects.select_for_update().get(pk=dataset.pk)  # who saves at the same time comes after this
        latest = dataset.versions.select_for_update().order_by("-number").first()
        before = None if latest is None else _choices_of(latest)
        if latest is None or latest.used_at is not None:
            number = 1 if latest is None else latest.number + 1
            latest = DatasetVersion(dataset=dataset, number=number)
        latest.table = table
        latest.input_columns = list(input_columns)
        latest.target_columns = list(target_columns)
        latest.feedback_columns = list(feedback_columns)
        latest.fractions = dict(fractions)
        latest.seed = seed
        latest.splits = split.letters
        latest.counts = split.counts
        latest.label_distribution = {"column": target_columns[0], "labels": split.labels}
        latest.created_at = timezone.now()
        latest.save()
        record(
            project=dataset.project,
            actor=user,
            action=Action.DATASET_SPLIT,
            target=dataset,
            before=before,
            after=_choices_of(latest),
        )
    return latest


def begin_version(*, dataset: Dataset, user: User, table: Table, **choice: Any) -> bool:
    """Do what `save_version` does in the background; False if the table is being split already."""
    if not split_thread.claim(table):
        return False
    save = partial(save_version, dataset=dataset, user=user, table=table, **choice)
    transaction.on_commit(lambda: split_thread.start(table, save))
    return True


def delete_dataset(*, dataset: Dataset, user: User) -> None:
    """Delete a dataset with its rows and files.

    Raises:
        django.db.models.ProtectedError: if a program or a run still needs it.
    """
    # Asked before anything is gone; without versions nothing new can be built on the rows.
    Collector(using=DEFAULT_DB_ALIAS).collect([dataset])
    dataset.versions.all().delete()
    tables = list(dataset.tables.all())
    files = [table.file for table in tables if table.file]
    for table in tables:
        importing.delete_rows(table)
    with transaction.atomic():
        before = {"files": [table.filename for table in tables]}
        record(project=dataset.project, actor=user, action=Action.DATASET_DELETED, target=dataset, before=before)
        dataset.delete()
        for file in files:
            transaction.on_commit(partial(_storage().delete, file))


def _choices_of(version: DatasetVersion) -> dict[str, Any]:
    """What a person chose, as the audit log keeps it."""
    return {
        "version": version.number,
        "inputs": version.input_columns,
        "targets": version.target_columns,
        "feedback": version.feedback_columns,
        "fractions": version.fractions,
        "seed": version.seed,
    }


def _begin(table: Table, background: bool) -> None:
    if background:
        transaction.on_commit(lambda: importing.start(table.pk))
    else:
        importing.read_now(table.pk)


def _storage() -> FileSystemStorage:
    return FileSystemStorage(location=settings.MEDIA_ROOT)


def _check_columns(table: Table, inputs: Sequence[str], targets: Sequence[str]) -> None:
    if not table.is_ready:
        raise ValueError(f"{table} is not ready: its state is {table.state!r}")
    unknown = [name for name in [*inputs, *targets] if name not in table.column_names]
    if unknown:
        raise ValueError(f"columns {unknown} are not in {table}: it has {table.column_names}")
    if set(inputs) & set(targets):
        raise ValueError(f"columns {sorted(set(inputs) & set(targets))} are input and target")
    if not inputs or not targets:
        raise ValueError("at least one input column and one target column are needed")


def _check_feedback(table: Table, feedback: Sequence[str], others: Sequence[str]) -> None:
    wrong = [name for name in feedback if name not in table.column_names or name in others]
    if wrong:
        raise ValueError(f"feedback columns {wrong} are not in {table}, or are inputs or targets")


def _row_keys(
    table: Table, inputs: Sequence[str], targets: Sequence[str], tell: split_thread.Tell
) -> list[RowKey | None]:
    names = table.column_names
    input_places = [names.index(name) for name in inputs]
    target_places = [names.index(name) for name in targets]
    stored = TableRow.objects.filter(table=table).order_by("position").values_list("values", flat=True)
    keys: list[RowKey | None] = []
    # In whole pieces: while a reading of SQLite is open, whoever is told could not write on the same connection.
    while piece := list(stored.filter(position__gte=len(keys), position__lt=len(keys) + ROWS_A_READ)):
        keys += [_row_key(values, input_places, target_places) for values in piece]
        tell(len(keys))
    return keys


def _row_key(values: list[Any], inputs: list[int], targets: list[int]) -> RowKey | None:
    given = [values[place] for place in inputs]
    wanted = [values[place] for place in targets]
    if all(is_blank(value) for value in given) or any(is_blank(value) for value in wanted):
        return None
    return RowKey(inputs=_fingerprint(given), label=str(wanted[0]).strip(), targets=_fingerprint(wanted))


def _fingerprint(values: list[Any]) -> int:
    # White space around a value does not make it another question.
    plain = [value.strip() if isinstance(value, str) else value for value in values]
    text = json.dumps(plain, sort_keys=True, ensure_ascii=True)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
