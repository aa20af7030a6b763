"""Inviting people, and the page behind the link of an invitation."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from omegaweb.accounts.models import User
from omegaweb.page_request import PageRequest
from omegaweb.projects import invitations
from omegaweb.projects.current import choose_project
from omegaweb.projects.forms import InvitationForm, NewAccountForm
from omegaweb.projects.models import Project
from omegaweb.projects.views.settings import INVALID, project_to_manage, settings_page, visible_project

GONE = 410


@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: PageRequest, pk: int) -> HttpResponse:
    """Make an invitation and show its link, this once."""
    if request.method == "GET":  # the address of a link that was shown, or of a form that was refused, opened again
        return redirect(visible_project(request, pk))
    project = project_to_manage(request, pk)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return settings_page(request, project, status=INVALID, invitation_form=form)
    invitation, token = invitations.invite(
        project=project,
        user=request.user,
        recipient=form.cleaned_data["recipient"],
        role=form.chosen(),
        days=form.cleaned_data["days"],
    )
    link = request.build_absolute_uri(reverse("projects:join", args=[token]))
    return settings_page(request, project, new_invitation=invitation, link=link)


@require_POST
def withdraw(request: PageRequest, pk: int, invitation: int) -> HttpResponse:
    """Let the link of an invitation work no more."""
    project = project_to_manage(request, pk)
    found = get_object_or_404(project.invitations.select_related("project"), pk=invitation)
    if invitations.withdraw(invitation=found, user=request.user):
        messages.success(request, f"The link for {found} does not work any more.")
    else:
        messages.info(request, f"The link for {found} was used, withdrawn or expired already.")
    return redirect(project)


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: with the account that is signed in, or with a new one."""
    try:
        invitation = invitations.find(token)
        if request.method == "POST" and isinstance(request.user, User):
            return _let_in(request, token, request.user)
        form = NewAccountForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return _create_account(request, token, form)
    except invitations.LinkDoesNotWork as problem:
        return render(request, "pages/projects/link_does_not_work.html", {"problem": problem}, status=GONE)
    status = INVALID if request.method == "POST" else 200
    context = {"invitation": invitation, "form": form, "address": request.path}
    return render(request, "pages/projects/join.html", context, status=status)


def _let_in(request: HttpRequest, token: str, user: User) -> HttpResponse:
    project: Project
    try:
        project = invitations.accept(token=token, user=user).project
        messages.success(request, f"Welcome to “{project}”.")
    except invitations.AlreadyMember:
        project = invitations.find(token).project
        messages.info(request, f"You are in “{project}” already, so the link was not used.")
    choose_project(request, project)
    return redirect("home")


def _create_account(request: HttpRequest, token: str, form: NewAccountForm) -> HttpResponse:
    with transaction.atomic():  # no account without the invitation that allows it
        user = form.save()
        membership = invitations.accept(token=token, user=user)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    choose_project(request, membership.project)
    messages.success(request, f"Welcome to “{membership.project}”, {user}.")
    return redirect("home")
