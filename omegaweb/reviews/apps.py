"""Registers the reviews app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """The reviews app."""

    name = "omegaweb.reviews"
    label = "reviews"
    default_auto_field = "django.db.models.BigAutoField"
