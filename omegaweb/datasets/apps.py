"""Registers the datasets app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    """The datasets app."""

    name = "omegaweb.datasets"
    label = "datasets"
    default_auto_field = "django.db.models.BigAutoField"
