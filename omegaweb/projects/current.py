"""Which project a person is working in: kept in the session, chosen with the switcher."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from omegaweb.accounts.models import User
from omegaweb.projects.access import InProject, require_edit
from omegaweb.projects.models import Project

SESSION_KEY = "project"
#: The form field, and the part of an address, that names a project for something new.
FIELD = "project"


def current_project(request: HttpRequest) -> Project:
    """Return the project whose lists are shown: the one chosen last, else the person's first."""
    known = getattr(request, "_current_project", None)
    if known is None:
        known = _find(request)
        request._current_project = known  # type: ignore[attr-defined] # asked for several times a page
    return known


def choose_project(request: HttpRequest, project: Project) -> None:
    """Make a project the current one."""
    request.session[SESSION_KEY] = project.pk
    request._current_project = project  # type: ignore[attr-defined]


def project_for_new(request: HttpRequest, beside: InProject | None = None) -> Project:
    """Return the project that something new goes into.

    That is the one its form was opened for, whatever another tab has switched to since; else that of what it is made
    from; else the current one.

    Raises:
        Http404: the person cannot see the project that was asked for.
        PermissionDenied: they may not add anything there.
    """
    asked = request.POST.get(FIELD, "") or request.GET.get(FIELD, "")
    number = int(asked) if asked.isdecimal() else beside.project_id if beside is not None else None
    project = current_project(request)
    if number is not None and number != project.pk:
        project = get_object_or_404(Project.objects.visible_to(request.user), pk=number)
    require_edit(request.user, project)
    return project


def _find(request: HttpRequest) -> Project:
    assert isinstance(request.user, User)
    projects = Project.objects.visible_to(request.user)
    chosen = projects.filter(pk=request.session.get(SESSION_KEY, 0)).first()
    return chosen or Project.objects.first_of(request.user)
