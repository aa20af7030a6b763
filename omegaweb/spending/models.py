"""What a project pays for a model, where that is not what the price list says."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from omegaweb.projects.models import Project

MODEL_LENGTH = 200


class ModelPrice(models.Model):
    """The price of one model string in one project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="model_prices")
    model = models.CharField(max_length=MODEL_LENGTH)
    # US dollars per million tokens; of an embedding model only what is read costs.
    read = models.DecimalField(max_digits=14, decimal_places=6)
    written = models.DecimalField(max_digits=14, decimal_places=6, default=0)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("model",)
        constraints = (models.UniqueConstraint(fields=("project", "model"), name="one_price_a_model_in_a_project"),)

    def __str__(self) -> str:
        return self.model
