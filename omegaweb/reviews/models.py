"""A review: a person decides whether a scored candidate may enter the population."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from omegaweb.json_members import member
from omegaweb.projects.access import InProjectQuerySet, Someone
from omegaweb.reviews.pick_models import PairwisePick as PairwisePick
from omegaweb.runs.configuration import Asks
from omegaweb.runs.models import Candidate, Run

#: What a run is told as the reviewer, where a time limit decided. No account can have a name with spaces in it.
TIME_LIMIT = "the time limit"
#: Operators of what people wrote.
HANDMADE = ("manual", "edit")
#: What a review says that was left out so that a run could finish.
LEFT_OUT = "Not reviewed: left out so that the run could finish."


class ReviewState(models.TextChoices):
    """Where a review stands."""

    PENDING = "pending", "Waiting for review"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"  # it does not enter; the proposer reads the comment
    EDITED = "edited", "Edited and approved"
    LEFT_OUT = "left_out", "Left out"  # nobody decided, in time or before the run was finished
    SUPERSEDED = "superseded", "Superseded"  # a better one of its run was approved first; nobody decided about this one
    WITHDRAWN = "withdrawn", "Withdrawn"  # the run ended, or does not know of it after an interruption


class ReviewQuerySet(InProjectQuerySet["Review"]):
    project_path = "run__project"

    def pending(self) -> ReviewQuerySet:
        return self.filter(state=ReviewState.PENDING)

    def projects(self) -> frozenset[int]:
        """Return the numbers of the projects they are in."""
        return frozenset(self.order_by().values_list("run__project", flat=True).distinct())

    def waiting_for(self, user: Someone) -> ReviewQuerySet:
        """Keep what this person is asked now: what they have approved or edited waits for somebody else."""
        said = Vote.objects.filter(review=models.OuterRef("pk"), person=user.pk, edition=models.OuterRef("edition"))
        return self.reviewable_by(user).pending().exclude(models.Exists(said)).exclude(pk__in=self.behind(user))

    def number_waiting_for(self, user: Someone) -> int:
        """Return how many wait for this person. Every page asks this, so it is told soon where nothing waits."""
        may_wait = self.reviewable_by(user).pending().exists()
        return self.waiting_for(user).count() if may_wait else 0

    def behind(self, user: Someone) -> ReviewQuerySet:
        """Keep what waits behind a better one of the same run: a yes to that one settles these, the best first."""
        reward, better = "candidate__reward", Review.objects.pending().filter(run=models.OuterRef("run"))
        ahead = models.Q(candidate__reward__gt=models.OuterRef(reward))
        ahead |= models.Q(candidate__reward=models.OuterRef(reward), pk__lt=models.OuterRef("pk"))
        mine = Review.objects.reviewable_by(user).supersedable()
        return mine.filter(models.Exists(better.filter(ahead))).order_by("run", f"-{reward}", "pk")

    def supersedable(self) -> ReviewQuerySet:
        """Keep those that would not be asked if a better one of their run led: nobody has worked on them yet."""
        of_leaders = Run.objects.annotate(asks=member("configuration__review__asks")).filter(asks=Asks.NEW_BEST)
        scored = self.pending().filter(run__in=of_leaders, edition=0, candidate__reward__isnull=False)
        voted = Vote.objects.filter(review=models.OuterRef("pk"))
        # What people made themselves is asked about whatever leads.
        return scored.exclude(candidate__operator__in=HANDMADE).exclude(models.Exists(voted))

    def decided(self) -> ReviewQuerySet:
        """Keep what is settled, newest first."""
        return self.exclude(state=ReviewState.PENDING).order_by("-decided_at", "-id")

    def with_evidence(self) -> ReviewQuerySet:
        """Add what lists and pages of reviews show beside each."""
        return self.select_related("run__baseline", "run__project", "reviewer", "candidate")

    def after(self, review: Review) -> ReviewQuerySet:
        """Keep those that were asked later."""
        return self.filter(
            models.Q(requested_at__gt=review.requested_at)
            | models.Q(requested_at=review.requested_at, pk__gt=review.pk)
        ).order_by("requested_at", "pk")

    def before(self, review: Review) -> ReviewQuerySet:
        """Keep those that were asked earlier, the nearest first."""
        return self.filter(
            models.Q(requested_at__lt=review.requested_at)
            | models.Q(requested_at=review.requested_at, pk__lt=review.pk)
        ).order_by("-requested_at", "-pk")


class Review(models.Model):
    """One question to people, decided once. While it waits, votes may gather, and somebody may have edited the text."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="reviews")
    candidate = models.OneToOneField(Candidate, on_delete=models.CASCADE, related_name="review")
    state = models.CharField(max_length=20, choices=ReviewState, default=ReviewState.PENDING)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="reviews"
    )
    reason = models.TextField(blank=True)
    edited_content = models.JSONField(null=True, blank=True)  # the whole content; an edit may still wait for approval
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    edition = models.PositiveSmallIntegerField(default=0)  # of the text: 0 as proposed, one more with each edit
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)  # then the run's time limit decides
    decided_at = models.DateTimeField(null=True, blank=True)
    by_time_limit = models.BooleanField(default=False)  # no person decided

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ("requested_at", "id")

    def __str__(self) -> str:
        return f"review of {self.candidate} in {self.run}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:detail", args=[self.pk])

    @property
    def project_id(self) -> int:
        return self.run.project_id

    @property
    def is_pending(self) -> bool:
        return self.state == ReviewState.PENDING

    @property
    def is_edited(self) -> bool:
        """Whether the text in question is a person's, not the proposal's."""
        return self.edited_content is not None

    def approvals(self) -> models.QuerySet[Vote]:
        """Return the approvals of the text in question, oldest first."""
        return self.votes.filter(verdict=ReviewState.APPROVED, edition=self.edition).select_related("person")


class Vote(models.Model):
    """What one person said in a review; how many approvals it takes is up to the run."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="votes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    verdict = models.CharField(max_length=20, choices=ReviewState)
    reason = models.TextField(blank=True)
    edition = models.PositiveSmallIntegerField(default=0)  # of the text it is about
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("review", "person", "edition"), name="one_vote_of_a_person_on_a_text"),
        )

    def __str__(self) -> str:
        return f"{self.verdict} of {self.person}"
