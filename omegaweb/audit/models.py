"""One line of the audit log."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NoReturn, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from omegaweb.projects.access import InProject, Right, Someone, projects_with


class Action(StrEnum):
    """What was done: the kind of thing, and a verb in the past tense."""

    DATASET_UPLOADED = "dataset.uploaded"
    DATASET_READ_AGAIN = "dataset.read_again"
    DATASET_SPLIT = "dataset.split"  # its columns and split were chosen: a version was made
    DATASET_DELETED = "dataset.deleted"
    PROGRAM_CREATED = "program.created"
    PROGRAM_CHANGED = "program.changed"
    PROGRAM_DELETED = "program.deleted"
    RUN_LAUNCHED = "run.launched"
    RUN_STOPPED = "run.stopped"
    RUN_STEERED = "run.steered"  # paused, resumed, extended, told something; what exactly is in the entry
    RUN_CONTINUED = "run.continued"
    RUN_DELETED = "run.deleted"
    RUN_TAKEN_AWAY = "run.taken_away"  # the whole of it, as a file
    RUN_IMPORTED = "run.imported"  # from such a file
    CANDIDATE_EXPORTED = "candidate.exported"
    REVIEW_DECIDED = "review.decided"
    REVIEWS_LEFT_OUT = "reviews.left_out"  # a run went on to its result without them
    SEAL_OPENED = "seal.opened"  # the test rows of a run were looked at
    RELEASE_PROPOSED = "release.proposed"
    RELEASE_APPROVED = "release.approved"
    RELEASE_DECLINED = "release.declined"
    RELEASE_MADE_CURRENT = "release.made_current"
    RELEASE_ROLLED_BACK = "release.rolled_back"
    TOKEN_MADE = "token.made"
    TOKEN_REVOKED = "token.revoked"
    PROJECT_CREATED = "project.created"
    PROJECT_RENAMED = "project.renamed"
    PROJECT_DELETED = "project.deleted"
    MEMBER_JOINED = "member.joined"
    MEMBER_LEFT = "member.left"
    MEMBER_REMOVED = "member.removed"
    ROLE_CHANGED = "role.changed"
    INVITATION_MADE = "invitation.made"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    PRICE_SET = "price.set"
    PRICE_FORGOTTEN = "price.forgotten"  # the price list counts again
    KEY_SET = "key.set"  # of a provider; never more than its last characters
    KEY_REMOVED = "key.removed"
    AUDIT_EXPORTED = "audit.exported"

    @property
    def label(self) -> str:
        """The words people read, such as "Run stopped"."""
        return self.value.replace(".", " ").replace("_", " ").capitalize()


class AppendOnly(TypeError):
    """Entries of the audit log are added, never changed or deleted."""

    def __init__(self) -> None:
        super().__init__("entries of the audit log are never changed or deleted: record what happened as a new entry")


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, user: Someone) -> Self:
        """Keep those of projects this person is in."""
        return self.filter(project_id__in=projects_with(user, Right.SEE))

    def in_project(self, project: InProject) -> Self:
        return self.filter(project_id=project.project_id)

    def update(self, **values: Any) -> NoReturn:
        raise AppendOnly

    def delete(self) -> NoReturn:
        raise AppendOnly

    def bulk_update(self, *arguments: Any, **options: Any) -> NoReturn:
        raise AppendOnly


class AuditEntry(models.Model):
    """Who did what to which thing, and what it was before and after.

    Project, person and thing are numbers and names, not foreign keys: an entry outlives what it tells of.
    """

    at = models.DateTimeField(default=timezone.now, editable=False)
    project_id = models.PositiveBigIntegerField()
    project_name = models.CharField(max_length=120)
    actor_id = models.PositiveBigIntegerField(null=True)  # None: the site itself
    actor_name = models.CharField(max_length=150)
    action = models.CharField(max_length=40)  # an Action; one that is gone from the code still reads well
    target_kind = models.CharField(max_length=40)  # such as "run"
    target_id = models.PositiveBigIntegerField()
    target_name = models.CharField(max_length=300)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name_plural = "audit entries"
        indexes = (models.Index(fields=("project_id", "-id"), name="audit_of_a_project"),)

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action} {self.target_name}"

    def save(self, *args: Any, **options: Any) -> None:
        if self.pk is not None:
            raise AppendOnly
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise AppendOnly

    @property
    def action_label(self) -> str:
        return self.action.replace(".", " ").replace("_", " ").capitalize()
