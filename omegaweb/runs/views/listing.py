"""The list of runs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from omegaweb.projects.current import current_project
from omegaweb.runs.live import list_context
from omegaweb.runs.models import Run


@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """Show the runs of the current project, the newest first."""
    project = current_project(request)
    context = list_context(Run.objects.visible_to(request.user).in_project(project), request.GET.dict())
    context["project"] = project
    is_region = request.headers.get("HX-Target") == "run-list"
    return render(request, "partials/runs/run_list.html" if is_region else "pages/runs/list.html", context)
