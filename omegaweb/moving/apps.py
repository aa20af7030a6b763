"""Tells Django about this app."""

from __future__ import annotations

from django.apps import AppConfig


class MovingConfig(AppConfig):
    """Runs as files; no tables of its own."""

    name = "omegaweb.moving"
