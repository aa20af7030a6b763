"""The journal of a run: every question to a model with its answer. What many questions share is stored once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models


class JournalPart(models.Model):
    """What many questions of a run have in common: the messages before the last one, or the schema of the answer."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="journal_parts")
    key = models.CharField(max_length=32)  # hash of the value
    value = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "key"), name="journal_part_once_per_run"),)

    def __str__(self) -> str:
        return self.key


class JournalEntry(models.Model):
    """One question to a model and its answer, stored before the run made anything of it."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="journal")
    key = models.CharField(max_length=32)  # hash of all that was asked; what SampleScore.questions names
    role = models.CharField(max_length=12)  # task, proposer, judge or embedding
    model = models.CharField(max_length=200)
    context_key = models.CharField(max_length=32, blank=True)  # JournalPart: the messages before the last one
    schema_key = models.CharField(max_length=32, blank=True)  # JournalPart: JSON Schema of the answer
    question = models.JSONField()  # the last message; {"text": …} of an embedding
    settings = models.JSONField(default=dict)  # temperature …, and form, api_base, repeat where they are not usual
    answer = models.JSONField()  # text, reasoning, finish_reason, refusal; {"vector": base64 of 32-bit floats}
    calls = models.PositiveIntegerField()  # attempts it took; 0: embedded by the request of another entry
    prompt_tokens = models.PositiveIntegerField()
    completion_tokens = models.PositiveIntegerField()
    cost = models.FloatField()  # US dollars
    unpriced_calls = models.PositiveIntegerField()  # attempts without a known price
    seconds = models.FloatField()  # waited for the answer, all attempts together
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("run", "key"), name="journal_question_once_per_run"),)

    def __str__(self) -> str:
        return f"{self.role} {self.key}"

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @property
    def request(self) -> dict[str, Any]:
        """What was asked, put together again: messages, schema and settings, or the text to embed; one query."""
        parts = JournalPart.objects.filter(run_id=self.run_id, key__in=self.part_keys)
        return self.asked(dict(parts.values_list("key", "value")))

    @property
    def part_keys(self) -> list[str]:
        """Which parts the question shares with others."""
        return [key for key in (self.context_key, self.schema_key) if key]

    def asked(self, parts: Mapping[str, Any]) -> dict[str, Any]:
        """Put together what was asked, from parts that were read already."""
        asked = {"settings": self.settings.get("settings", {}), "api_base": self.settings.get("api_base")}
        if self.role == "embedding":
            return {**asked, **self.question}
        return {
            **asked,
            "messages": [*parts.get(self.context_key, []), self.question],
            "schema": parts.get(self.schema_key),
            "form": self.settings.get("form"),
            "repeat": self.settings.get("repeat", 0),
        }
