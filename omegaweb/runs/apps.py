"""Registers the runs app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """The runs app."""

    name = "omegaweb.runs"
    label = "runs"
    default_auto_field = "django.db.models.BigAutoField"
