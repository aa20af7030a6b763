"""The one way into the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action, AuditEntry
from omegaweb.projects.models import Project

#: Who acts where no person does, as after a restart.
THE_SITE = "omegaweb"


def record(
    *,
    project: Project,
    actor: User | None,
    action: Action,
    target: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add an entry. Call it inside the transaction of the change, and before what it tells of is deleted.

    Args:
        project: where it happened.
        actor: who did it; None for the site itself.
        action: what was done.
        target: the thing it was done to.
        before: what changed, as it was; JSON values.
        after: what changed, as it is now.
    """
    return AuditEntry.objects.create(
        project_id=project.pk,
        project_name=project.name,
        actor_id=actor.pk if actor is not None else None,
        actor_name=actor.get_username() if actor is not None else THE_SITE,
        action=action,
        target_kind=str(target._meta.verbose_name),
        target_id=target.pk,
        target_name=str(target)[:300],
        before=before,
        after=after,
    )


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return both without what is equal in them."""
    differing = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in differing}, {name: after[name] for name in differing}
