"""Registers the spending app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class SpendingConfig(AppConfig):
    """The spending app."""

    name = "omegaweb.spending"
    label = "spending"
    default_auto_field = "django.db.models.BigAutoField"
