"""A review: a person decides whether a scored candidate may enter the population."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from omegaweb.projects.access import InProjectQuerySet
from omegaweb.runs.models import Candidate, Run

#: What a review says that nobody decided, and what the library is told as the comment of the rejection.
LEFT_OUT = "Not reviewed: left out so that the run could finish."


class ReviewState(models.TextChoices):
    """Where a review stands."""

    PENDING = "pending", "Waiting for review"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    EDITED = "edited", "Edited and approved"
    LEFT_OUT = "left_out", "Left out"  # the run was finished without it; the library is told that it was rejected
    WITHDRAWN = "withdrawn", "Withdrawn"  # the run ended, or does not know of it after an interruption


class ReviewQuerySet(InProjectQuerySet["Review"]):
    project_path = "run__project"

    def pending(self) -> ReviewQuerySet:
        return self.filter(state=ReviewState.PENDING)

    def decided(self) -> ReviewQuerySet:
        """Keep what is settled, newest first."""
        return self.exclude(state=ReviewState.PENDING).order_by("-decided_at", "-id")

    def with_evidence(self) -> ReviewQuerySet:
        """Add what lists and pages of reviews show beside each."""
        return self.select_related("run__baseline", "run__project", "reviewer", "candidate").prefetch_related(
            "candidate__parents"
        )

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
    """One question to a person, decided once."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="reviews")
    candidate = models.OneToOneField(Candidate, on_delete=models.CASCADE, related_name="review")
    state = models.CharField(max_length=12, choices=ReviewState, default=ReviewState.PENDING)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="reviews"
    )
    reason = models.TextField(blank=True)
    edited_content = models.JSONField(null=True, blank=True)  # the whole content, with EDITED only
    requested_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

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
