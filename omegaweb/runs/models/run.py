"""A run: its configuration, its state, and the running totals that its header shows."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from omegaweb.datasets.models import DatasetVersion
from omegaweb.programs.models import Program
from omegaweb.projects.access import InProjectQuerySet
from omegaweb.projects.models import Project
from omegaweb.runs.configuration import BudgetChoice, RunConfiguration


class RunState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued", "Queued"  # waits for a thread
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting for review"  # the search is over, reviews are open
    PAUSED = "paused", "Paused"  # asks nothing until somebody resumes or extends it, also after a restart
    COMPLETED = "completed", "Completed"
    STOPPED = "stopped", "Stopped"  # a person stopped it; what was found is kept
    FAILED = "failed", "Failed"
    INTERRUPTED = "interrupted", "Interrupted"  # the server went away; it can be continued

    @property
    def is_over(self) -> bool:
        return self in (RunState.COMPLETED, RunState.STOPPED, RunState.FAILED)


UNDER_WAY = (RunState.RUNNING, RunState.WAITING, RunState.PAUSED)


class RunQuerySet(InProjectQuerySet["Run"]):
    def active(self) -> RunQuerySet:
        return self.filter(state__in=[RunState.QUEUED, *UNDER_WAY])

    def at_rest(self) -> RunQuerySet:
        """Keep those that nothing works on or will work on by itself."""
        return self.exclude(state__in=[RunState.QUEUED, *UNDER_WAY])

    def under_way(self) -> RunQuerySet:
        """Keep those that a thread works on, or, while they pause, may."""
        return self.filter(state__in=UNDER_WAY)

    def asleep(self) -> RunQuerySet:
        """Keep those that pause without a thread."""
        return self.filter(state=RunState.PAUSED, claimed_by="")

    def for_list(self) -> RunQuerySet:
        """Add what the list of runs shows."""
        return self.select_related("dataset_version__dataset", "program", "baseline", "best")


class Run(models.Model):
    """One supervised optimization: configuration, state, and the running totals its header shows."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=120)
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="runs")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="runs")
    configuration = models.JSONField()  # RunConfiguration.to_json()

    state = models.CharField(max_length=20, choices=RunState, default=RunState.QUEUED)
    reason = models.CharField(
        max_length=40, blank=True
    )  # why it ended, or pauses: RunFinished.reason, RunPaused.reason
    message = models.TextField(blank=True)  # what went wrong, and what to do
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)  # the run's thread was alive
    claimed_by = models.CharField(max_length=120, blank=True)  # the process whose thread it is
    fence = models.PositiveIntegerField(default=0)  # grows with every claim; only the newest may write
    losses = models.PositiveIntegerField(
        default=0
    )  # how often it lost its process since it was last answered something

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    last_sequence = models.PositiveIntegerField(default=0)  # of its newest event
    epochs = models.PositiveIntegerField(null=True, blank=True)  # None: until the budget is spent
    batches = models.PositiveIntegerField(default=0)  # in each epoch
    epoch = models.PositiveIntegerField(default=0)
    batches_done = models.PositiveIntegerField(default=0)  # over all epochs

    calls = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    cost = models.FloatField(default=0.0)  # US dollars, of priced calls
    unpriced_calls = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)  # time it has been running, waits included
    waited = models.FloatField(default=0.0)  # how many of these it paused, or only waited for people
    seconds_at = models.DateTimeField(null=True, blank=True)  # when both were measured, or its clock began anew
    waiting_since = models.DateTimeField(null=True, blank=True)  # None: it works, or has no clock
    spend_by_role = models.JSONField(default=dict)
    left = models.JSONField(default=dict)  # what is left of each limit
    troubles = models.JSONField(default=dict, blank=True)  # model string → what is wrong with its provider now
    replayed = models.PositiveIntegerField(default=0)  # answers that came from the journal after an interruption

    baseline = models.ForeignKey("Candidate", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    best = models.ForeignKey("Candidate", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    result = models.JSONField(null=True, blank=True)  # payload of test.finished
    origin = models.JSONField(default=dict, blank=True)  # of an imported run: see moving/reading.py

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("runs:detail", args=[self.pk])

    @property
    def choices(self) -> RunConfiguration:
        return RunConfiguration.from_json(self.configuration)

    @property
    def run_state(self) -> RunState:
        return RunState(self.state)

    @property
    def working_seconds(self) -> float:
        """How long it has worked, as far as it has told: without pauses, and without waits for people."""
        return max(0.0, self.seconds - self.waited)

    @property
    def is_under_way(self) -> bool:
        return self.run_state in UNDER_WAY

    @property
    def can_be_stopped(self) -> bool:
        return self.stop_requested_at is None and (self.is_under_way or self.run_state is RunState.QUEUED)

    @property
    def is_stopping(self) -> bool:
        return self.stop_requested_at is not None and self.is_under_way

    @property
    def is_asleep(self) -> bool:
        """Whether it pauses without a thread."""
        return self.run_state is RunState.PAUSED and not self.claimed_by

    @property
    def can_be_paused(self) -> bool:
        return self.run_state is RunState.RUNNING and not self.is_stopping

    @property
    def rests(self) -> bool:
        """Whether it hears of nothing until somebody lets it go on."""
        return self.run_state in (RunState.PAUSED, RunState.INTERRUPTED)

    @property
    def waits_for_budget(self) -> bool:
        """Whether it pauses because its budget is spent."""
        return self.run_state is RunState.PAUSED and self.reason == "budget_spent"

    @property
    def waits_for_provider(self) -> bool:
        """Whether it pauses because a model cannot be asked any more."""
        return self.run_state is RunState.PAUSED and self.reason in ("access_revoked", "provider_down")

    @property
    def can_be_resumed(self) -> bool:
        return self.run_state is RunState.PAUSED and not self.waits_for_budget and not self.is_stopping

    @property
    def can_be_finished(self) -> bool:
        return self.run_state is RunState.PAUSED and not self.is_stopping

    @property
    def can_be_extended(self) -> bool:
        limited = self.choices.budget != BudgetChoice()
        return limited and self.run_state in (RunState.RUNNING, RunState.PAUSED) and not self.is_stopping

    @property
    def can_be_steered(self) -> bool:
        """Whether a search is on, or will go on."""
        return not self.is_stopping and self.run_state in (
            RunState.QUEUED,
            RunState.RUNNING,
            RunState.PAUSED,
            RunState.INTERRUPTED,
        )

    @property
    def can_be_deleted(self) -> bool:
        return self.run_state.is_over or self.run_state is RunState.INTERRUPTED

    @property
    def can_be_taken_away(self) -> bool:
        """Whether a file of it shows a state that it stays in."""
        return self.can_be_deleted or self.run_state is RunState.PAUSED

    @property
    def can_be_continued(self) -> bool:
        return self.run_state is RunState.INTERRUPTED
