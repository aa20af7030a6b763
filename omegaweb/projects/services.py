"""What people do with projects and their members."""

from __future__ import annotations

from django.db import transaction

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.projects.models import Membership, Project, Role


class LastOwner(Exception):
    """The project would be left without an owner."""

    def __init__(self, membership: Membership) -> None:
        super().__init__(
            f"{membership} is the last owner of “{membership.project}”. Make somebody else an owner first, "
            "or delete the project."
        )


@transaction.atomic
def create_project(*, user: User, name: str) -> Project:
    """Make a project whose owner is whoever makes it."""
    project = Project.objects.create(name=name)
    Membership.objects.create(project=project, user=user, role=Role.OWNER)
    record(project=project, actor=user, action=Action.PROJECT_CREATED, target=project, after={"name": name})
    return project


@transaction.atomic
def rename_project(*, project: Project, user: User, name: str) -> None:
    """Give a project another name."""
    before = project.name
    if name == before:
        return
    project.name = name
    project.save(update_fields=["name"])
    record(
        project=project,
        actor=user,
        action=Action.PROJECT_RENAMED,
        target=project,
        before={"name": before},
        after={"name": name},
    )


@transaction.atomic
def add_member(*, project: Project, user: User, role: Role) -> Membership:
    """Let a person in."""
    membership = Membership.objects.create(project=project, user=user, role=role)
    record(project=project, actor=user, action=Action.MEMBER_JOINED, target=membership, after={"role": role})
    return membership


@transaction.atomic
def change_role(*, membership: Membership, user: User, role: Role) -> None:
    """Give a member another role.

    Raises:
        LastOwner: nobody else owns the project.
    """
    _lock(membership)
    before = membership.role
    if role == before:
        return
    if role != Role.OWNER:
        _keep_an_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    record(
        project=membership.project,
        actor=user,
        action=Action.ROLE_CHANGED,
        target=membership,
        before={"role": before},
        after={"role": role},
    )


@transaction.atomic
def end_membership(*, membership: Membership, user: User) -> None:
    """Remove a member, or let them leave if it is themselves.

    Raises:
        LastOwner: nobody else owns the project.
    """
    _lock(membership)
    _keep_an_owner(membership)
    action = Action.MEMBER_LEFT if membership.user == user else Action.MEMBER_REMOVED
    before = {"role": membership.role}
    record(project=membership.project, actor=user, action=action, target=membership, before=before)
    membership.delete()


def _lock(membership: Membership) -> None:
    """Wait for whoever changes the members right now: two owners could leave at the same time."""
    Project.objects.select_for_update().get(pk=membership.project_id)
    membership.refresh_from_db()


def _keep_an_owner(membership: Membership) -> None:
    others = Membership.objects.filter(project=membership.project_id, role=Role.OWNER).exclude(pk=membership.pk)
    if membership.role == Role.OWNER and not others.exists():
        raise LastOwner(membership)
