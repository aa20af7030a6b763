"""The project's own page: name, members, invitations; and making, choosing and deleting projects."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from omegaweb.page_request import PageRequest
from omegaweb.projects import services
from omegaweb.projects.access import can_own, require_own, role_of
from omegaweb.projects.current import choose_project
from omegaweb.projects.deletion import RunsUnderWay, TestsUnderWay, delete_project
from omegaweb.projects.forms import ROLE_TEXTS, InvitationForm, NameForm
from omegaweb.projects.models import Project, Role

INVALID = 422


def visible_project(request: PageRequest, pk: int) -> Project:
    """Return a project this person is in.

    Raises:
        Http404: there is none, or they are not in it.
    """
    return get_object_or_404(Project.objects.visible_to(request.user), pk=pk)


def project_to_manage(request: PageRequest, pk: int) -> Project:
    """Return a project this person owns.

    Raises:
        Http404: there is none, or they are not in it.
        PermissionDenied: they are not its owner.
    """
    project = visible_project(request, pk)
    require_own(request.user, project)
    return project


def settings_page(request: PageRequest, project: Project, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Show the page of a project; a form that was refused is given by its name in the context."""
    manages = can_own(request.user, project)
    context = {
        "project": project,
        "my_role": role_of(request.user, project),
        "manages": manages,
        "members": project.memberships.select_related("user"),
        "roles": [(role, ROLE_TEXTS[role]) for role in Role],
        "invitations": project.invitations.open().select_related("invited_by") if manages else (),
        "name_form": NameForm(initial={"name": project.name}),
        "invitation_form": InvitationForm(),
        **forms,
    }
    return render(request, "pages/projects/detail.html", context, status=status)


@require_GET
def detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show who is in a project, and to its owners what they may change."""
    return settings_page(request, visible_project(request, pk))


@require_http_methods(["GET", "POST"])
def create(request: PageRequest) -> HttpResponse:
    """Make a project and go on in it."""
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = services.create_project(user=request.user, name=form.cleaned_data["name"])
        choose_project(request, project)
        messages.success(request, f"“{project}” is the current project now. Invite whom you work with.")
        return redirect(project)
    status = INVALID if request.method == "POST" else 200
    return render(request, "pages/projects/create.html", {"form": form}, status=status)


@require_POST
def switch(request: PageRequest, pk: int) -> HttpResponse:
    """Make a project the current one, and show in it what was shown before."""
    choose_project(request, visible_project(request, pk))
    back = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=False)
    return redirect(back if allowed else "home")


@require_http_methods(["GET", "POST"])
def rename(request: PageRequest, pk: int) -> HttpResponse:
    """Give a project another name."""
    if request.method == "GET":  # the address of a form that was refused, opened again
        return redirect(visible_project(request, pk))
    project = project_to_manage(request, pk)
    form = NameForm(request.POST)
    if not form.is_valid():
        return settings_page(request, project, status=INVALID, name_form=form)
    services.rename_project(project=project, user=request.user, name=form.cleaned_data["name"])
    messages.success(request, f"The project is called “{project}”.")
    return redirect(project)


@require_http_methods(["GET", "POST"])
def delete(request: PageRequest, pk: int) -> HttpResponse:
    """Ask, then delete a project with everything in it; its name has to be typed."""
    project = project_to_manage(request, pk)
    context: dict[str, Any] = {"project": project}
    if request.method == "POST":
        if request.POST.get("name", "").strip() != project.name:
            context["problem"] = f"Type the name exactly as it is: {project.name}"
            return render(request, "pages/projects/delete.html", context, status=INVALID)
        try:
            delete_project(project=project, user=request.user)
        except (RunsUnderWay, TestsUnderWay) as error:
            messages.error(request, f"“{project}” was not deleted. {error}")
            return redirect("projects:delete", pk)
        messages.success(request, f"“{project}” was deleted with everything in it.")
        return redirect("home")
    return render(request, "pages/projects/delete.html", context)
