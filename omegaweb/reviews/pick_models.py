"""What people preferred where two answers were shown to them without names."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Pick(models.TextChoices):
    """What somebody said of two answers to one sample."""

    CANDIDATE = "candidate", "The candidate’s is better"
    REFERENCE = "reference", "The parent’s is better"
    SAME = "same", "Equally good"
    UNSURE = "unsure", "Cannot tell"
    SKIPPED = "skipped", "Not asked"  # the names were shown before


class PairwisePick(models.Model):
    """One blind comparison by one person."""

    review = models.ForeignKey("reviews.Review", on_delete=models.CASCADE, related_name="picks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reference = models.PositiveIntegerField()  # number of the candidate it was compared with
    split = models.CharField(max_length=10)
    index = models.PositiveIntegerField()  # position of the sample within the split
    candidate_first = models.BooleanField()  # which answer stood first
    pick = models.CharField(max_length=10, choices=Pick)
    reward = models.FloatField()  # of the candidate's answer, as the run had it
    reference_reward = models.FloatField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("review", "person", "split", "index"), name="one_pick_of_a_person_a_sample"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pick} on {self.split} {self.index}"
