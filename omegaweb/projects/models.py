"""Projects, who is in them with which role, and invitations."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from omegaweb.accounts.models import User

NAME_LENGTH = 120


class Role(models.TextChoices):
    """What a member is; omegaweb/projects/access.py says what each may do."""

    OWNER = "owner", "Owner"
    EDITOR = "editor", "Editor"
    REVIEWER = "reviewer", "Reviewer"
    VIEWER = "viewer", "Viewer"


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User | AnonymousUser) -> ProjectQuerySet:
        """Keep those this person is a member of, in the order in which they came in."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user).order_by("memberships__created_at", "memberships__pk")

    def first_of(self, user: User) -> Project:
        """Return this person's first project; whoever has left them all gets a new one."""
        return self.visible_to(user).first() or self.create_personal(user)

    @transaction.atomic
    def create_personal(self, user: User) -> Project:
        """Make a project in which this person is alone."""
        project = self.create(name=f"{user.get_username()}'s project"[:NAME_LENGTH])
        Membership.objects.create(project=project, user=user, role=Role.OWNER)
        return project


class Project(models.Model):
    """What datasets, programs and runs belong to; its members share them."""

    name = models.CharField(max_length=NAME_LENGTH)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:detail", args=[self.pk])

    @property
    def project_id(self) -> int:
        """Its own number: so that it can be asked about like anything that belongs to a project."""
        return self.pk


class Membership(models.Model):
    """One person in one project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (models.UniqueConstraint(fields=("project", "user"), name="one_membership_per_person"),)

    def __str__(self) -> str:
        return self.user.get_username()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Keep those whose link still works."""
        return self.filter(used_at=None, withdrawn_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A link that lets whoever has it into a project, once."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    recipient = models.CharField(max_length=254)  # an e-mail address or a name: whom the inviter had in mind
    role = models.CharField(max_length=10, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True)  # the link itself is shown once and kept nowhere
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.recipient

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()
