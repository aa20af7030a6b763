"""Datasets, the tables uploaded into them, and the versions that runs use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypedDict

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone

from omegaweb.projects.access import InProjectQuerySet
from omegaweb.projects.models import Project

TRAIN, VALIDATION, TEST, LEFT_OUT = "t", "v", "s", "-"
SPLIT_LETTERS = {"train": TRAIN, "validation": VALIDATION, "test": TEST}
ROWS_AT_A_TIME = 1000


def as_text(value: Any) -> str:
    """Return a cell as people read it; empty for a blank one."""
    if value is None:
        return ""
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).strip()


class Column(TypedDict):
    """What is known about one column of a table."""

    name: str
    type: str  # "text", "whole number", "number", "yes or no", "structure" or "empty"
    examples: list[Any]
    distinct: int  # counted up to columns.DISTINCT_LIMIT + 1
    blank: int  # how many rows have no value here


class DatasetQuerySet(InProjectQuerySet["Dataset"]):
    """Reads of datasets."""

    def for_list(self) -> DatasetQuerySet:
        """Add what the list of datasets shows, newest first."""
        # The letters of the split are as long as the table and are not shown there.
        versions = models.Prefetch("versions", DatasetVersion.objects.defer("splits"))
        return self.prefetch_related("tables", versions).order_by("-created_at", "-pk")


class Dataset(models.Model):
    """A named collection of examples; its rows live in tables, its splits in versions."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="datasets")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("datasets:detail", args=[self.pk])

    @property
    def latest_version(self) -> DatasetVersion | None:
        """The version with the highest number, or nothing before the first split."""
        return max(self.versions.all(), key=lambda version: version.number, default=None)

    @property
    def latest_table(self) -> Table | None:
        """The table uploaded last."""
        return max(self.tables.all(), key=lambda table: table.pk, default=None)


class Table(models.Model):
    """One uploaded file, read into rows; it never changes once it is ready."""

    class State(models.TextChoices):
        """How far the reading of the file has come."""

        READING = "reading", "Reading"
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be read"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="tables")
    filename = models.CharField(max_length=255)
    file = models.CharField(max_length=100, blank=True)  # its name below MEDIA_ROOT
    size = models.PositiveBigIntegerField()  # bytes
    format = models.CharField(max_length=10, blank=True)
    encoding = models.CharField(max_length=40, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.READING)
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    split_progress = models.PositiveSmallIntegerField(null=True, blank=True)  # percent; nothing: no split is being made
    split_error = models.TextField(blank=True)  # why the last split came to nothing
    # When the thread that reads or splits it last gave a sign of life.
    alive_at = models.DateTimeField(default=timezone.now)
    error = models.TextField(blank=True)
    warnings = models.JSONField(default=list, blank=True)
    columns = models.JSONField(default=list, blank=True)
    row_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.filename

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in the order of the file."""
        return [column["name"] for column in self.columns]

    @property
    def has_header(self) -> bool:
        """Whether the names of the columns are the first row of the file, as in all but JSON."""
        return not self.format.upper().startswith("JSON")

    @property
    def is_reading(self) -> bool:
        """Whether the file is still being read."""
        return self.state == self.State.READING

    @property
    def is_splitting(self) -> bool:
        """Whether its rows are being split."""
        return self.split_progress is not None

    @property
    def is_ready(self) -> bool:
        """Whether all rows are there."""
        return self.state == self.State.READY


class TableRow(models.Model):
    """One row of a table: its values in the order of the table's columns."""

    table = models.ForeignKey(Table, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()  # from 0
    values = models.JSONField()

    class Meta:
        ordering = ("table", "position")
        constraints = (models.UniqueConstraint(fields=("table", "position"), name="one_row_a_position"),)

    def __str__(self) -> str:
        return f"row {self.position + 1}"


class DatasetVersionQuerySet(InProjectQuerySet["DatasetVersion"]):
    """Reads of versions."""

    project_path = "dataset__project"


class DatasetVersion(models.Model):
    """Which columns are inputs and targets, and on which side of the split each row stands."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    table = models.ForeignKey(Table, on_delete=models.CASCADE, related_name="versions")
    input_columns = models.JSONField()
    target_columns = models.JSONField()
    feedback_columns = models.JSONField(default=list, blank=True)  # what people said about rows; proposers read it
    fractions = models.JSONField()  # {"train": 0.5, "validation": 0.25, "test": 0.25}
    seed = models.PositiveIntegerField(default=0)
    splits = models.TextField()  # one letter a row: t, v, s, or - for left out
    counts = models.JSONField(default=dict)
    label_distribution = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = DatasetVersionQuerySet.as_manager()

    class Meta:
        ordering = ("dataset", "-number")
        constraints = (models.UniqueConstraint(fields=("dataset", "number"), name="one_version_a_number"),)

    def __str__(self) -> str:
        return f"{self.dataset.name}, version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the version, unless something already relies on it.

        Raises:
            ValidationError: if the stored version is in use.
        """
        stored = DatasetVersion.objects.filter(pk=self.pk, used_at__isnull=False)
        if self.pk is not None and stored.exists():
            raise ValidationError(f"{self} is in use and never changes: save a new version instead.")
        super().save(*args, **kwargs)

    def mark_used(self) -> None:
        """Freeze the version, because something now relies on it."""
        now = timezone.now()
        DatasetVersion.objects.filter(pk=self.pk, used_at__isnull=True).update(used_at=now)
        self.refresh_from_db(fields=["used_at"])

    def rows(self, split: str) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
        """Yield (position, inputs, targets) of each row of "train", "validation" or "test".

        Values are as the file had them: text for CSV and TSV, JSON values for the other formats.

        Raises:
            ValueError: if there is no such split.
        """
        if split not in SPLIT_LETTERS:
            raise ValueError(f"split {split!r} is none of {', '.join(SPLIT_LETTERS)}")
        letter = SPLIT_LETTERS[split]
        names = self.table.column_names
        inputs = [(name, names.index(name)) for name in self.input_columns]
        targets = [(name, names.index(name)) for name in self.target_columns]
        stored = self.table.rows.order_by("position").values_list("position", "values")
        for position, values in stored.iterator(chunk_size=ROWS_AT_A_TIME):
            if self.splits[position] == letter:
                yield (
                    position,
                    {name: values[index] for name, index in inputs},
                    {name: values[index] for name, index in targets},
                )

    def feedback(self, split: str) -> Iterator[str]:
        """Yield what people said about each row of a split, in the order of :meth:`rows`; empty where nobody did."""
        names = self.table.column_names
        places = [(name, names.index(name)) for name in self.feedback_columns]
        stored = self.table.rows.order_by("position").values_list("position", "values")
        for position, values in stored.iterator(chunk_size=ROWS_AT_A_TIME):
            if self.splits[position] == SPLIT_LETTERS[split]:
                said = ((name, as_text(values[place])) for name, place in places)
                yield "\n".join(f"{name}: {text}" for name, text in said if text)

    def split_sizes(self) -> dict[str, int]:
        """Return how many rows each split has."""
        return {split: self.splits.count(letter) for split, letter in SPLIT_LETTERS.items()}
