"""A program: one question to a language model whose wording may be optimized."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse

from omegaweb.accounts.models import User


class Style(models.TextChoices):
    """How the model is asked."""

    DIRECT = "direct", "Direct answer"
    STEP_BY_STEP = "step_by_step", "Think step by step, then answer"


class OutputType(models.TextChoices):
    """What an output field may hold."""

    CHOICE = "choice", "One of a list"
    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    INTEGER = "integer", "Whole number"
    BOOLEAN = "boolean", "Yes or no"
    LIST = "list", "List of texts"


class ProgramQuerySet(models.QuerySet["Program"]):
    def visible_to(self, user: User | AnonymousUser) -> ProgramQuerySet:
        return self.filter(owner=user) if user.is_authenticated else self.none()

    def with_run_count(self) -> ProgramQuerySet:
        return self.annotate(run_count=models.Count("runs"))


class Program(models.Model):
    """What the model reads, what it must answer, and the instruction that an optimizer may rewrite."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="programs")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    instruction = models.TextField()
    style = models.CharField(max_length=20, choices=Style, default=Style.DIRECT)
    input_fields = models.JSONField(default=list)  # [{"name", "description"}]
    output_fields = models.JSONField(default=list)  # [{"name", "type", "choices", "description"}]
    seed_instructions = models.JSONField(default=list)  # [text]
    revision = models.PositiveIntegerField(default=1)  # rises with every change; a run keeps the one it used
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ("-updated_at",)
        constraints = (models.UniqueConstraint(fields=("owner", "name"), name="one_program_per_name"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programs:detail", args=[self.pk])

    def definition(self) -> dict[str, Any]:
        """Everything a run needs to build the program, as JSON; copied into the run when it is launched."""
        return {
            "name": self.name,
            "description": self.description,
            "instruction": self.instruction,
            "style": self.style,
            "input_fields": self.input_fields,
            "output_fields": self.output_fields,
            "seed_instructions": self.seed_instructions,
            "revision": self.revision,
        }
