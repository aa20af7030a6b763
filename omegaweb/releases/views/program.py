"""The versions of a program, what changed between two of them, and the tokens that read the current one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from omegaweb.page_request import PageRequest
from omegaweb.programs.models import Program
from omegaweb.projects.access import can_edit, require_edit
from omegaweb.releases import tokens
from omegaweb.releases.forms import TokenForm
from omegaweb.releases.models import Release
from omegaweb.runs.diffs import diff_contents

INVALID = 422


def program_of(request: HttpRequest, pk: int) -> Program:
    """Return a program this person may see.

    Raises:
        Http404: there is none, or it is somebody else's.
    """
    return get_object_or_404(Program.objects.visible_to(request.user).select_related("project"), pk=pk)


@require_GET
def program_releases(request: PageRequest, pk: int) -> HttpResponse:
    """Show all versions of a program."""
    return _page(request, program_of(request, pk))


@require_GET
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what changed between two versions."""
    program = program_of(request, pk)
    before, after = (_version(program, request.GET.get(name, "")) for name in ("from", "to"))
    diff = diff_contents(before.content, after.content)
    versions = list(program.releases.all())
    context = {"program": program, "before": before, "after": after, "diff": diff, "versions": versions}
    return render(request, "pages/releases/changes.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def make_token(request: PageRequest, pk: int) -> HttpResponse:
    """Make a token and show it, once."""
    program = program_of(request, pk)
    if request.method == "GET":  # the address of a token that was shown, or of a form that was refused, opened again
        return redirect("releases:program", program.pk)
    require_edit(request.user, program)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, program, status=INVALID, form=form)
    token, secret = tokens.make_token(program, user=request.user, name=form.cleaned_data["name"])
    return _page(request, program, new_token=token, secret=secret)


@require_POST
def revoke_token(request: PageRequest, pk: int, token: int) -> HttpResponse:
    """Let a token work no more."""
    program = program_of(request, pk)
    require_edit(request.user, program)
    found = get_object_or_404(program.tokens.select_related("program__project"), pk=token)
    if tokens.revoke(found, user=request.user):
        messages.success(request, f"The token “{found}” does not work any more.")
    else:
        messages.info(request, f"The token “{found}” was revoked already.")
    return redirect("releases:program", program.pk)


def _page(request: PageRequest, program: Program, *, status: int = 200, **shown: object) -> HttpResponse:
    address = reverse("api-current", args=[program.pk])
    releases = list(program.releases.for_pages().prefetch_related("steps__by"))
    context = {
        "program": program,
        "releases": releases,
        "current": next((release for release in releases if release.is_current), None),
        "form": TokenForm(),
        "tokens": program.tokens.valid().select_related("created_by") if can_edit(request.user, program) else [],
        "call": f'curl -H "Authorization: Bearer $TOKEN" {request.build_absolute_uri(address)}',
        **shown,
    }
    return render(request, "pages/releases/program.html", context, status=status)


def _version(program: Program, number: str) -> Release:
    if not number.isdecimal():
        raise Http404(f"no version {number}")
    return get_object_or_404(program.releases.for_pages(), number=int(number))
