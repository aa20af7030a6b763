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


def my_projects(request: HttpRequest) -> list[Project]:
    """Return the projects this person is in; at least one, because no page can do without."""
    known: list[Project] | None = getattr(request, "_my_projects", None)
    if known is None:
        assert isinstance(request.user, User)
        known = list(Project.objects.visible_to(request.user)) or [Project.objects.create_personal(request.user)]
        request._my_projects = known  # type: ignore[attr-defined] # asked for several times a page
    return known


def current_project(request: HttpRequest) -> Project:
    """Return the project whose lists are shown: the one chosen last, else the person's first."""
    mine = my_projects(request)
    chosen = request.session.get(SESSION_KEY)
    return next((project for project in mine if project.pk == chosen), mine[0])


def choose_project(request: HttpRequest, project: Project) -> None:
    """Make a project the current one."""
    request.session[SESSION_KEY] = project.pk


def project_for_new(request: HttpRequest, beside: InProject | None = None) -> Project:
    """Return the project that something new goes into.

    That is the one its form was opened for, whatever another tab has switched to since; else that of what it is made
    from; else the current one.

    Raises:
        Http404: the person cannot see the project that was asked for.
        PermissionDenied: they may not add anything there.
    """
    asked = request.POST.get(FIELD, "") or request.GET.get(FIELD, "")
    if asked.isdecimal():
        project = get_object_or_404(Project.objects.visible_to(request.user), pk=int(asked))
    elif beside is not None:
        project = get_object_or_404(Project.objects.visible_to(request.user), pk=beside.project_id)
    else:
        project = current_project(request)
    require_edit(request.user, project)
    return project
