"""Registers the programs app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    """The programs app."""

    name = "omegaweb.programs"
    label = "programs"
    default_auto_field = "django.db.models.BigAutoField"
