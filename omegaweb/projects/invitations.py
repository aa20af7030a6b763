"""Invitations: a link that works once, for a while, for whoever has it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.projects.models import Invitation, Membership, Project, Role
from omegaweb.projects.services import add_member


class LinkDoesNotWork(Exception):
    """The link of an invitation lets nobody in; the message says why, to whoever has it."""


class AlreadyMember(Exception):
    """The person is in the project already."""


def invite(*, project: Project, user: User, recipient: str, role: Role, days: int) -> tuple[Invitation, str]:
    """Make an invitation, and return it with the secret of its link, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            project=project,
            recipient=recipient,
            role=role,
            token_hash=_hash(token),
            invited_by=user,
            expires_at=timezone.now() + timedelta(days=days),
        )
        after = {"role": role, "expires_at": invitation.expires_at}
        record(project=project, actor=user, action=Action.INVITATION_MADE, target=invitation, after=after)
    return invitation, token


@transaction.atomic
def withdraw(*, invitation: Invitation, user: User) -> bool:
    """Let a link work no more. False if it did not work any more already."""
    withdrawn = Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=timezone.now())
    if withdrawn:
        record(project=invitation.project, actor=user, action=Action.INVITATION_WITHDRAWN, target=invitation)
    return bool(withdrawn)


def find(token: str) -> Invitation:
    """Return the invitation that a link belongs to.

    Raises:
        LinkDoesNotWork: there is none, or it was used, withdrawn, or has expired.
    """
    known = Invitation.objects.select_related("project", "invited_by").filter(token_hash=_hash(token)).first()
    if known is None:
        raise LinkDoesNotWork("There is no such invitation. Perhaps a part of the link got lost when it was copied.")
    if known.used_at is not None:
        raise LinkDoesNotWork("This invitation was used already: a link lets one person in.")
    if known.withdrawn_at is not None:
        raise LinkDoesNotWork("This invitation was withdrawn.")
    if known.is_expired:
        raise LinkDoesNotWork(f"This invitation has expired on {known.expires_at:%-d %B %Y}.")
    return known


@transaction.atomic
def accept(*, token: str, user: User) -> Membership:
    """Let a person into the project, and use the link up. Of two people at the same time one gets in.

    Raises:
        LinkDoesNotWork: see :func:`find`.
        AlreadyMember: the person is in the project; the link stays as it is.
    """
    invitation = find(token)
    if Membership.objects.filter(project=invitation.project, user=user).exists():
        raise AlreadyMember
    used = Invitation.objects.open().filter(pk=invitation.pk).update(used_at=timezone.now(), used_by=user)
    if not used:
        raise LinkDoesNotWork("This invitation was used already: a link lets one person in.")
    return add_member(project=invitation.project, user=user, role=Role(invitation.role))


def _hash(token: str) -> str:
    # The secret is long and random, so a plain hash cannot be guessed back.
    return hashlib.sha256(token.encode()).hexdigest()
