"""What a run said, the curve that came of it, and the state that it can be continued from."""

from __future__ import annotations

from django.db import models

from omegaweb.runs.models.candidate import Candidate
from omegaweb.runs.models.run import Run


class Event(models.Model):
    """One line of a run's log; the other rows can be rebuilt from these."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    sequence = models.PositiveIntegerField()  # from 1, without gaps
    kind = models.CharField(max_length=40)
    payload = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("sequence",)
        constraints = (models.UniqueConstraint(fields=("run", "sequence"), name="event_sequence_once_per_run"),)
        indexes = (models.Index(fields=("run", "kind", "sequence")),)

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind}"


class Series(models.TextChoices):
    """The lines of the reward curve."""

    BATCH = "batch", "Training batch"
    MINIBATCH = "minibatch", "New candidate"
    BEHIND = "behind", "Fell behind"
    BEST = "best", "Best so far"
    VALIDATION = "validation", "Validation"
    BASELINE = "baseline", "Baseline"


class Measurement(models.Model):
    """One point of the reward curve."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="measurements")
    sequence = models.PositiveIntegerField()  # of the event it came from
    series = models.CharField(max_length=12, choices=Series)
    calls = models.PositiveIntegerField()  # spent when it was measured
    seconds = models.FloatField()
    tokens = models.PositiveBigIntegerField(default=0)
    cost = models.FloatField(default=0.0)  # US dollars, of priced calls
    epoch = models.PositiveIntegerField(default=0)
    value = models.FloatField()
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    count = models.PositiveIntegerField(default=0)
    candidate = models.ForeignKey(Candidate, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("sequence",)
        indexes = (models.Index(fields=("run", "sequence")),)

    def __str__(self) -> str:
        return f"{self.series} {self.value:.2f}"


class Checkpoint(models.Model):
    """A part of the state that a run can be continued from."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="checkpoints")
    part = models.CharField(max_length=160, blank=True)
    state = models.JSONField()

    class Meta:
        ordering = ("part",)
        constraints = (models.UniqueConstraint(fields=("run", "part"), name="checkpoint_part_once_per_run"),)

    def __str__(self) -> str:
        return self.part
