"""Who may do what: the one place that turns a role in a project into a right.

A list is narrowed by a queryset: `Run.objects.visible_to(user)`, `.reviewable_by(user)`, `.editable_by(user)`. A thing
is asked about by a function: `can_edit(user, run)`. A view refuses with `require_edit(user, run)`; outsiders never get
that far, because they do not find what they cannot see. Templates: `{% load access %}{% if user|can_edit:run %}`.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar, Protocol, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models

from omegaweb.accounts.models import User
from omegaweb.projects.models import Membership, Role

Someone = User | AnonymousUser
Row = TypeVar("Row", bound=models.Model, covariant=True)


class Right(Enum):
    """What can be done in a project; the value says it to people."""

    SEE = "look at this"
    REVIEW = "decide reviews here"
    EDIT = "change anything here"
    OWN = "manage this project"


#: Each role may do everything that the one below it may.
ROLES_WITH = {
    Right.SEE: (Role.OWNER, Role.EDITOR, Role.REVIEWER, Role.VIEWER),
    Right.REVIEW: (Role.OWNER, Role.EDITOR, Role.REVIEWER),
    Right.EDIT: (Role.OWNER, Role.EDITOR),
    Right.OWN: (Role.OWNER,),
}


class InProject(Protocol):
    """Anything that belongs to a project, and the project itself."""

    @property
    def project_id(self) -> int: ...


class InProjectQuerySet(models.QuerySet[Row]):
    """Reads of rows that belong to a project. Subclasses say how they reach it."""

    project_path: ClassVar[str] = "project"

    def visible_to(self, user: Someone) -> Self:
        """Keep what this person may see."""
        return self._allowing(Right.SEE, user)

    def reviewable_by(self, user: Someone) -> Self:
        """Keep that whose reviews this person may decide."""
        return self._allowing(Right.REVIEW, user)

    def editable_by(self, user: Someone) -> Self:
        """Keep what this person may change."""
        return self._allowing(Right.EDIT, user)

    def in_project(self, project: InProject) -> Self:
        """Keep what belongs to one project."""
        return self.filter(**{self.project_path: project.project_id})

    def _allowing(self, right: Right, user: Someone) -> Self:
        return self.filter(**{f"{self.project_path}__in": projects_with(user, right)})


def projects_with(user: Someone, right: Right) -> models.QuerySet[Membership, int]:
    """Return the numbers of the projects in which this person has a right, for use in a filter."""
    members = Membership.objects.filter(role__in=ROLES_WITH[right])
    mine = members.filter(user=user) if user.is_authenticated else members.none()
    return mine.values_list("project_id", flat=True)


def people_with(right: Right, thing: InProject) -> models.QuerySet[User]:
    """Return those who have a right to a thing and can sign in, by name."""
    roles = ROLES_WITH[right]
    people = User.objects.filter(memberships__project=thing.project_id, memberships__role__in=roles, is_active=True)
    return people.order_by("username")


def role_of(user: Someone, thing: InProject) -> Role | None:
    """Return what this person is in the project of a thing; None for an outsider."""
    if not user.is_authenticated:
        return None
    role = Membership.objects.filter(user=user, project=thing.project_id).values_list("role", flat=True).first()
    return Role(role) if role is not None else None


def roles_in(thing: InProject) -> dict[int, Role]:
    """Return what everybody is in the project of a thing, by the number of their account."""
    members = Membership.objects.filter(project=thing.project_id)
    return {user: Role(role) for user, role in members.values_list("user_id", "role")}


def may(user: Someone, right: Right, thing: InProject) -> bool:
    """Tell whether this person has a right to a thing."""
    return role_of(user, thing) in ROLES_WITH[right]


def can_review(user: Someone, thing: InProject) -> bool:
    """Tell whether this person may decide reviews of a thing."""
    return may(user, Right.REVIEW, thing)


def can_edit(user: Someone, thing: InProject) -> bool:
    """Tell whether this person may upload, change, launch, stop and delete where a thing is."""
    return may(user, Right.EDIT, thing)


def can_own(user: Someone, thing: InProject) -> bool:
    """Tell whether this person may manage the project of a thing."""
    return may(user, Right.OWN, thing)


def require_review(user: Someone, thing: InProject) -> None:
    """Refuse (403) whoever may not decide reviews of a thing.

    Raises:
        PermissionDenied: they may not.
    """
    _require(user, Right.REVIEW, thing)


def require_edit(user: Someone, thing: InProject) -> None:
    """Refuse (403) whoever may not change a thing.

    Raises:
        PermissionDenied: they may not.
    """
    _require(user, Right.EDIT, thing)


def require_own(user: Someone, thing: InProject) -> None:
    """Refuse (403) whoever may not manage the project of a thing.

    Raises:
        PermissionDenied: they may not.
    """
    _require(user, Right.OWN, thing)


def _require(user: Someone, right: Right, thing: InProject) -> None:
    role = role_of(user, thing)
    if role not in ROLES_WITH[right]:
        shown = role.label.lower() if role is not None else "stranger"
        raise PermissionDenied(
            f"As {_article(shown)} {shown} you may not {right.value}. An owner can change your role."
        )


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
