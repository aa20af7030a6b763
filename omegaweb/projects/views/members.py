"""Changing members: another role, removing, leaving."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from omegaweb.page_request import PageRequest
from omegaweb.projects import services
from omegaweb.projects.forms import RoleForm
from omegaweb.projects.views.settings import project_to_manage, visible_project


@require_POST
def change_role(request: PageRequest, pk: int, member: int) -> HttpResponse:
    """Give a member another role."""
    project = project_to_manage(request, pk)
    membership = get_object_or_404(project.memberships.select_related("user", "project"), pk=member)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("The role must be owner, editor, reviewer or viewer.")
    try:
        services.change_role(membership=membership, user=request.user, role=form.chosen())
    except services.LastOwner as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{membership} is {membership.get_role_display().lower()} now.")
    return redirect(project)


@require_POST
def remove(request: PageRequest, pk: int, member: int) -> HttpResponse:
    """Take a member out of the project."""
    project = project_to_manage(request, pk)
    membership = get_object_or_404(project.memberships.select_related("user", "project"), pk=member)
    try:
        services.end_membership(membership=membership, user=request.user)
    except services.LastOwner as error:
        messages.error(request, str(error))
        return redirect(project)
    messages.success(request, f"{membership} is not in “{project}” any more.")
    return redirect(project if membership.user != request.user else "home")


@require_POST
def leave(request: PageRequest, pk: int) -> HttpResponse:
    """Leave a project."""
    project = visible_project(request, pk)
    membership = get_object_or_404(project.memberships.select_related("user", "project"), user=request.user)
    try:
        services.end_membership(membership=membership, user=request.user)
    except services.LastOwner as error:
        messages.error(request, str(error))
        return redirect(project)
    messages.success(request, f"You have left “{project}”.")
    return redirect("home")
