"""The page of a project's keys: set, replace, test, remove. Only owners see it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from omegaweb.engine.key_test import SMALL_MODELS, try_key
from omegaweb.engine.providers import KEY_VARIABLES
from omegaweb.keys import services
from omegaweb.keys.forms import KeyForm, TestForm, name_of
from omegaweb.keys.models import ProviderKey
from omegaweb.keys.secret import decrypted
from omegaweb.page_request import PageRequest
from omegaweb.projects.models import Project
from omegaweb.projects.views.settings import project_to_manage


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKey:
    """One line of the page."""

    row: ProviderKey
    name: str
    model: str  # to test it with
    is_lost: bool  # it cannot be decrypted any more


@sensitive_post_parameters("key")
@sensitive_variables("form")
@never_cache
@require_http_methods(["GET", "POST"])
def list_(request: PageRequest, pk: int) -> HttpResponse:
    """Show which keys there are, and take a new one."""
    project = project_to_manage(request, pk)
    if request.method == "GET":
        return _page(request, project, KeyForm(initial=_asked(request)))
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, project, form, status=422)
    row = services.set_key(project=project, user=request.user, **form.cleaned_data)
    messages.success(request, f"The key of {name_of(str(row))} is set. Whatever is asked from now on uses it.")
    return redirect("keys:list", project.pk)


@require_POST
def test(request: PageRequest, pk: int, key: int) -> HttpResponse:
    """Ask the provider one tiny question with a key."""
    row = _key(request, pk, key)
    form = TestForm(request.POST, row=row)
    if form.is_valid():
        tried = try_key(row, form.cleaned_data["model"])
        services.note_test(row, model=form.cleaned_data["model"], works=tried.works, note=tried.note, at=timezone.now())
        row.refresh_from_db()
    if request.htmx:
        shown = {"shown": _shown(row), "project": row.project, "test_form": form}
        return render(request, "partials/keys/key.html", shown, status=200 if form.is_valid() else 422)
    for problem in form.errors.get("model", ()):
        messages.error(request, str(problem))
    return redirect("keys:list", pk)


@require_POST
def remove(request: PageRequest, pk: int, key: int) -> HttpResponse:
    """Take a key away."""
    row = _key(request, pk, key)
    services.remove_key(row=row, user=request.user)
    messages.success(request, f"The key of {name_of(str(row))} is removed.")
    return redirect("keys:list", pk)


def _key(request: PageRequest, pk: int, key: int) -> ProviderKey:
    return get_object_or_404(
        ProviderKey.objects.select_related("project"), project=project_to_manage(request, pk), pk=key
    )


def _asked(request: PageRequest) -> dict[str, Any]:
    """What a link fills in: the provider, or the address of a server of one's own."""
    provider = request.GET.get("provider", "")
    return {"provider": provider, "address": request.GET.get("address", "")}


def _page(request: PageRequest, project: Project, form: KeyForm, *, status: int = 200) -> HttpResponse:
    rows = project.provider_keys.select_related("set_by")
    set_here = {row.provider for row in rows}
    context = {
        "project": project,
        "form": form,
        "keys": [_shown(row) for row in rows],
        "of_the_site": [
            {"name": name_of(provider), "variable": variable, "counts": provider not in set_here}
            for provider, variable in KEY_VARIABLES.items()
            if os.environ.get(variable)
        ],
    }
    return render(request, "pages/keys/list.html", context, status=status)


def _shown(row: ProviderKey) -> ShownKey:
    model = row.tested_with or SMALL_MODELS.get(row.provider, "" if row.address else f"{row.provider}/")
    return ShownKey(row=row, name=name_of(str(row)), model=model, is_lost=decrypted(row.encrypted) is None)
