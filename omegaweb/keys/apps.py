"""Registers the keys app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """The keys app."""

    name = "omegaweb.keys"
    label = "keys"
    default_auto_field = "django.db.models.BigAutoField"
