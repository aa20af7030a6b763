"""A run, what it said, and the rows that its pages read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from omegaweb.datasets.models import DatasetVersion
from omegaweb.programs.models import Program
from omegaweb.projects.access import InProjectQuerySet
from omegaweb.projects.models import Project
from omegaweb.runs.configuration import BudgetChoice, RunConfiguration
from omegaweb.runs.journal_models import JournalEntry as JournalEntry
from omegaweb.runs.journal_models import JournalPart as JournalPart
from omegaweb.runs.requests import SteeringRequest as SteeringRequest


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
    seconds = models.FloatField(default=0.0)  # time it has been running
    seconds_at = models.DateTimeField(null=True, blank=True)  # when that was measured
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


class CandidateState(models.TextChoices):
    """Where a candidate stands."""

    PROPOSED = "proposed", "Being scored"
    SCORED = "scored", "Scored"  # not yet in the population
    WAITING = "waiting", "Waiting for review"
    IN_POPULATION = "in_population", "In the population"
    STEP = "step", "A step on the way"  # rewritten further before anything was compared; it never races
    DROPPED = "dropped", "Dropped"
    REJECTED = "rejected", "Rejected"
    EDITED = "edited", "Replaced by an edit"


class Candidate(models.Model):
    """One version of the trainable variables, where it came from, and how well it did."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="candidates")
    key = models.CharField(max_length=16)  # hash of the content: the id in events
    number = models.PositiveIntegerField()  # 0 is the baseline; what people call it
    operator = models.CharField(max_length=20)
    variable = models.CharField(max_length=120, blank=True)
    content = models.JSONField()  # variable name → {custom fields, "examples"}
    reasoning = models.TextField(blank=True)
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children", blank=True)
    epoch = models.PositiveIntegerField(default=0)
    batch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    state = models.CharField(max_length=20, choices=CandidateState, default=CandidateState.PROPOSED)
    rank = models.PositiveIntegerField(null=True, blank=True)  # in the population, 1 is best
    reward = models.FloatField(null=True, blank=True)  # running mean over validation samples
    count = models.PositiveIntegerField(default=0)  # samples behind the mean
    low = models.FloatField(null=True, blank=True)  # 95 % interval of the mean
    high = models.FloatField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)  # lower confidence bound that ranks
    novelty = models.FloatField(null=True, blank=True)
    fate = models.CharField(max_length=30, blank=True)  # Survivor.reason, Removed.reason or CandidateDropped.reason
    pinned = models.BooleanField(default=False)  # it survives every competition
    fate_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    fate_distance = models.FloatField(null=True, blank=True)
    better = models.PositiveIntegerField(null=True, blank=True)  # rows of its race on which it beat its parent
    worse = models.PositiveIntegerField(null=True, blank=True)  # and on which it lost to it
    raced = models.PositiveIntegerField(null=True, blank=True)  # rows of its race that it answered
    flags = models.JSONField(default=list, blank=True)  # what was striking before it was scored; see runs/flags.py
    flagged = models.PositiveSmallIntegerField(default=0)  # how many those are
    evidence = models.JSONField(default=list, blank=True)  # ids of the training samples that it was made from
    last_sequence = models.PositiveIntegerField(default=0)  # sequence of the newest event that was about it

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("run", "key"), name="candidate_content_once_per_run"),
            models.UniqueConstraint(fields=("run", "number"), name="candidate_number_once_per_run"),
        )
        # Texts stand before what is counted, so counting without these reads every text of a run.
        indexes = (
            models.Index(
                fields=("run", "state", "operator", "fate", "number", "reward"), name="candidate_where_it_stands"
            ),
            models.Index(fields=("run", "number"), name="candidate_flagged", condition=models.Q(flagged__gt=0)),
            models.Index(fields=("run", "last_sequence"), name="candidate_changed"),
        )

    def __str__(self) -> str:
        return f"#{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("runs:candidate", args=[self.run_id, self.number])

    @property
    def can_be_pinned(self) -> bool:
        """Whether it is in the population, or may still get there."""
        return self.state in (CandidateState.IN_POPULATION, CandidateState.SCORED, CandidateState.WAITING)

    @property
    def can_be_banned(self) -> bool:
        """Whether there is anything to keep it from. The start is what everything is compared with."""
        return self.number != 0 and self.state not in (CandidateState.REJECTED, CandidateState.EDITED)

    @property
    def project_id(self) -> int:
        return self.run.project_id


class Placement(models.Model):
    """Where a candidate lies on the map of its run; it never moves."""

    candidate = models.OneToOneField(Candidate, on_delete=models.CASCADE, related_name="placement")
    x = models.FloatField()
    y = models.FloatField()
    vector = models.BinaryField()  # 16-bit floats: what distances are measured with

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.candidate} at {self.x:.2f}, {self.y:.2f}"


class SampleScore(models.Model):
    """What one candidate did with one sample."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="scores")
    split = models.CharField(max_length=10)  # train, validation or test
    index = models.PositiveIntegerField()  # position within the split
    reward = models.FloatField()
    output = models.JSONField(null=True, blank=True)  # None: the sample failed
    feedback = models.TextField(blank=True)
    error = models.TextField(blank=True)
    questions = models.JSONField(default=list)  # keys of the JournalEntry rows it came from, in order

    class Meta:
        ordering = ("split", "index")
        constraints = (models.UniqueConstraint(fields=("candidate", "split", "index"), name="score_once_per_sample"),)

    def __str__(self) -> str:
        return f"{self.split} {self.index}: {self.reward:.2f}"


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
