"""Registers the projects app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """The projects app."""

    name = "omegaweb.projects"
    label = "projects"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from omegaweb.projects import newcomers  # signals need the models

        newcomers.connect()
