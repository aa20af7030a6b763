"""Registers the accounts app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The accounts app."""

    name = "omegaweb.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
