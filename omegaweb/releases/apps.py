"""The releases app."""

from __future__ import annotations

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """Openings of the sealed test, releases, and the tokens that read them."""

    name = "omegaweb.releases"
    default_auto_field = "django.db.models.BigAutoField"
