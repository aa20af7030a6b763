"""Openings of the sealed test rows, the versions of a program, and the tokens that may read the current one."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from omegaweb.programs.models import Program
from omegaweb.projects.access import InProjectQuerySet
from omegaweb.runs.models import Candidate, Run


class OpeningState(models.TextChoices):
    """Where an opening stands."""

    RUNNING = "running", "Testing"
    DONE = "done", "Tested"
    FAILED = "failed", "Failed"  # it may be tried again; what was answered is kept


class SealOpening(models.Model):
    """One look at the test rows of a run: which candidate, who, when, why, and what came of it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="openings")
    number = models.PositiveIntegerField()  # of the opening; which look it is, `look` says
    candidate = models.ForeignKey(Candidate, null=True, on_delete=models.SET_NULL, related_name="openings")
    by_run = models.BooleanField(default=False)  # the run itself, at its end
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField(blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    state = models.CharField(max_length=10, choices=OpeningState, default=OpeningState.RUNNING)
    message = models.TextField(blank=True)  # what went wrong, and what to do
    rows = models.PositiveIntegerField(default=0)  # test rows there are
    wanted = models.PositiveIntegerField(default=0)  # answers still to be asked for when it was opened
    answered = models.PositiveIntegerField(default=0)  # of these
    most_calls = models.PositiveIntegerField(default=0)  # its budget
    calls = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    cost = models.FloatField(default=0.0)  # US dollars, of priced calls
    unpriced_calls = models.PositiveIntegerField(default=0)
    figures = models.JSONField(null=True, blank=True)  # as in test.finished
    claimed_by = models.CharField(max_length=120, blank=True)  # the process that tests
    attempt = models.PositiveIntegerField(default=0)  # only the thread of the newest one may write
    heartbeat_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("run", "number"), name="opening_number_once_per_run"),
            models.UniqueConstraint(
                fields=("run",), condition=models.Q(state="running", by_run=False), name="one_test_of_a_run_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"opening {self.number} of {self.run}"

    @property
    def look(self) -> int:
        """Which look at the test rows this is; the first one is the only independent one.

        Whoever may look again picks what happens to do well. The same candidate on the same rows gives the same
        answers, of which nobody can pick, so that is no further look. An opening that failed is one of its own.
        """
        earlier = list(self.run.openings.filter(number__lt=self.number).exclude(pk=self.pk))
        first: dict[tuple[int | None, int], int] = {}  # what was seen → which look that was
        repeats = 0
        for opening in (*earlier, self):
            repeats += opening.what_was_seen in first
            first.setdefault(opening.what_was_seen, opening.number - repeats)  # of an imported run some may be missing
        return first[self.what_was_seen]

    @property
    def what_was_seen(self) -> tuple[int | None, int]:
        """The candidate and how many rows it was compared on; for want of these, the opening itself."""
        if self.candidate_id is None or self.state == OpeningState.FAILED:
            return None, self.number
        return self.candidate_id, self.figures["difference"]["n"] if self.figures else self.rows

    @property
    def is_running(self) -> bool:
        return self.state == OpeningState.RUNNING

    @property
    def percent(self) -> int:
        return 100 * self.answered // max(1, self.wanted)


class ReleaseState(models.TextChoices):
    """Where a version stands.

    proposed ──approve──▶ approved ──make current──▶ current ──a newer one──▶ superseded ──make current──▶ current
        └──decline──▶ declined                         └──an older one──▶ rolled back ──make current──▶ current
    """

    PROPOSED = "proposed", "Proposed"
    DECLINED = "declined", "Declined"
    APPROVED = "approved", "Approved"
    CURRENT = "current", "Current"
    SUPERSEDED = "superseded", "Superseded"
    ROLLED_BACK = "rolled_back", "Rolled back"


#: A person has approved these, so they may become current.
RELEASABLE = (ReleaseState.APPROVED, ReleaseState.SUPERSEDED, ReleaseState.ROLLED_BACK)


class ReleaseQuerySet(InProjectQuerySet["Release"]):
    project_path = "program__project"

    def for_pages(self) -> ReleaseQuerySet:
        return self.select_related("program__project", "run__dataset_version__dataset", "candidate", "opening")

    def current(self) -> ReleaseQuerySet:
        return self.filter(state=ReleaseState.CURRENT)


class Release(models.Model):
    """Version N of a program: a candidate, frozen when it was put up."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="releases")
    candidate = models.ForeignKey(Candidate, null=True, on_delete=models.SET_NULL, related_name="releases")
    opening = models.ForeignKey(
        SealOpening, null=True, blank=True, on_delete=models.SET_NULL, related_name="releases"
    )  # None: the dataset keeps no test rows
    content = models.JSONField()  # of the candidate: variable name → fields and examples
    definition = models.JSONField()  # Program.definition() that it was found with
    files = models.JSONField(default=dict)  # export kind → {filename, content_type, text}, from its approval on
    figures = models.JSONField(default=dict)  # what was measured, from its approval on
    notes = models.TextField(blank=True)  # why it was put up
    state = models.CharField(max_length=12, choices=ReleaseState, default=ReleaseState.PROPOSED)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("program", "number"), name="release_number_once_per_program"),
            models.UniqueConstraint(
                fields=("program",), condition=models.Q(state="current"), name="one_current_release_per_program"
            ),
        )

    def __str__(self) -> str:
        return f"{self.program} version {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("releases:detail", args=[self.pk])

    @property
    def came_in_a_file(self) -> bool:
        """Whether it was imported, so that its approvals and its test are what somebody's file says."""
        imported = self.run.origin.get("imported_at")
        return bool(imported) and self.created_at <= datetime.fromisoformat(imported)

    @property
    def project_id(self) -> int:
        return self.program.project_id

    @property
    def is_current(self) -> bool:
        return self.state == ReleaseState.CURRENT

    @property
    def waits(self) -> bool:
        return self.state == ReleaseState.PROPOSED

    @property
    def can_be_decided(self) -> bool:
        """Whether everything is known that a person needs to decide."""
        return self.waits and (self.opening is None or self.opening.state == OpeningState.DONE)

    @property
    def can_become_current(self) -> bool:
        return self.state in RELEASABLE


class StepKind(models.TextChoices):
    """What happened to a release."""

    PROPOSED = "proposed", "Put up for release"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    MADE_CURRENT = "made_current", "Made current"
    SUPERSEDED = "superseded", "Superseded"
    ROLLED_BACK = "rolled_back", "Rolled back"


class ReleaseStep(models.Model):
    """One thing that happened to a release; steps are added, never changed."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=12, choices=StepKind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    comment = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.release}: {self.kind}"


class TokenQuerySet(models.QuerySet["ProgramToken"]):
    def valid(self) -> TokenQuerySet:
        return self.filter(revoked_at=None)


class ProgramToken(models.Model):
    """Lets a machine read the current version of one program."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)  # the token itself is shown once and kept nowhere
    start = models.CharField(max_length=12)  # its first letters, so that people can tell tokens apart
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.name

    @property
    def project_id(self) -> int:
        return self.program.project_id
