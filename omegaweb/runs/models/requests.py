"""What people ask of a run while it goes on, as rows that the run's process reads."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class Steer(models.TextChoices):
    """What can be asked; the values are those of the library."""

    PAUSE = "pause", "Pause"
    RESUME = "resume", "Resume"
    FINISH = "finish", "Finish"
    EXTEND = "extend", "Extend the budget"
    NOTE = "note", "Note to the proposer"
    ADD = "add", "Candidate made by hand"
    BAN = "ban", "Ban"
    PIN = "pin", "Pin"
    UNPIN = "unpin", "Unpin"


#: In the payload of a candidate made by hand: the key of the one whose review asked for changes.
ANSWERS = "answers"


class SteeringRequestQuerySet(models.QuerySet["SteeringRequest"]):
    def open(self) -> SteeringRequestQuerySet:
        """Keep what has not taken effect yet."""
        return self.filter(applied_at=None)

    def notes(self) -> SteeringRequestQuerySet:
        return self.filter(action=Steer.NOTE).select_related("author")


class SteeringRequest(models.Model):
    """One thing somebody asked of a run; the run says when it has taken effect."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="steering")
    action = models.CharField(max_length=10, choices=Steer)
    payload = models.JSONField(default=dict)  # what is asked; see engine/steering.py
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_after = models.PositiveIntegerField(null=True, blank=True)  # batches, or proposals, that were done
    problem = models.TextField(blank=True)  # why it could not take effect

    objects = SteeringRequestQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.get_action_display()} of {self.run_id}"

    @property
    def text(self) -> Any:
        """The text of a note."""
        return self.payload.get("text", "")
