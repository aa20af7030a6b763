"""Registers the engine with Django, which owns no tables of its own."""

from __future__ import annotations

from django.apps import AppConfig


class EngineConfig(AppConfig):
    """The engine: the only part of the site that knows optimizer_core."""

    name = "omegaweb.engine"
    label = "engine"
