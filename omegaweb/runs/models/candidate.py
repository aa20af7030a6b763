"""A candidate, its place on the map, and what it did with each sample."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from omegaweb.runs.models.run import Run

#: State of a review that nobody has decided; reviews are a room above this one.
UNDECIDED = "pending"


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
    def verdict(self) -> str:
        """What people decided, as long as the run has not taken it up: it may pause, or be cut off. Else empty."""
        review = getattr(self, "review", None) if self.state == CandidateState.WAITING else None
        return "" if review is None or review.is_pending else review.get_state_display()

    @property
    def state_name(self) -> str:
        """Where it stands, in a few words."""
        if self.waits_for_score:
            return "Waits to be scored"
        return self.verdict or ("Place not decided" if self.was_overtaken else self.get_state_display())

    @property
    def waits_for_score(self) -> bool:
        """Whether it would be scored, if the run did not rest."""
        return self.state == CandidateState.PROPOSED and self.run.rests

    @property
    def was_overtaken(self) -> bool:
        """Whether it has a reward, and the run ended before the competition that would have said if it stays."""
        return self.fate == "run_ended" and self.reward is not None

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
