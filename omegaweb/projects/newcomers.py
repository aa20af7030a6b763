"""Gives every new account a project of its own, however the account was made."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save

from omegaweb.accounts.models import User
from omegaweb.projects.models import Project


def connect() -> None:
    """Listen for new accounts."""
    post_save.connect(_give_project, sender=User, dispatch_uid="projects.newcomers")


def _give_project(sender: type[User], instance: User, created: bool, raw: bool = False, **_: Any) -> None:
    # A loaded fixture brings its projects along.
    if created and not raw:
        Project.objects.create_personal(instance)
