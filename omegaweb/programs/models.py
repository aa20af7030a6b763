"""A program: one question to a language model whose wording may be optimized."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse

from omegaweb.projects.access import InProjectQuerySet
from omegaweb.projects.models import Project


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


class ProgramQuerySet(InProjectQuerySet["Program"]):
    def with_run_count(self) -> ProgramQuerySet:
        return self.annotate(run_count=models.Count("runs"))


class Program(models.Model):
    """What the model reads, what it must answer, and the instruction that an optimizer may rewrite."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="programs")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
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
        constraints = (models.UniqueConstraint(fields=("project", "name"), name="one_program_per_name"),)

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
