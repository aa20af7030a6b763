"""A provider's key of a project: encrypted, and never shown again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from omegaweb.projects.models import Project

ADDRESS_LENGTH = 200


class ProviderKey(models.Model):
    """What a project's runs send to one provider, or to one address of a server that speaks OpenAI's protocol."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="provider_keys")
    provider = models.CharField(max_length=40, blank=True)  # first part of a model string; empty where an address is
    address = models.CharField(max_length=ADDRESS_LENGTH, blank=True)
    encrypted = models.TextField()  # see secret.py
    ending = models.CharField(max_length=4, blank=True)  # all that is ever shown of it
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    tested_at = models.DateTimeField(null=True, blank=True)
    tested_with = models.CharField(max_length=200, blank=True)  # a model
    works = models.BooleanField(null=True)  # None: not tested since it was set
    test_note = models.CharField(max_length=400, blank=True)  # how long it took, or what the provider said

    class Meta:
        ordering = ("provider", "address")
        constraints = (
            models.UniqueConstraint(fields=("project", "provider", "address"), name="one_key_a_provider_in_a_project"),
        )

    def __str__(self) -> str:
        return self.provider or self.address
