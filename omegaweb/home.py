"""The first page: how to begin, or what was done last."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from omegaweb.datasets.models import Dataset
from omegaweb.page_request import PageRequest
from omegaweb.programs.models import Program
from omegaweb.projects.access import can_edit
from omegaweb.projects.current import current_project
from omegaweb.runs.models import Run

RECENT = 5


@require_GET
def home(request: PageRequest) -> HttpResponse:
    """Show what the reader did last, or how to begin."""
    project = current_project(request)
    datasets = Dataset.objects.visible_to(request.user).in_project(project).for_list()[:RECENT]
    programs = Program.objects.visible_to(request.user).in_project(project)[:RECENT]
    runs = Run.objects.visible_to(request.user).in_project(project).for_list()[:RECENT]
    context = {
        "may_edit": can_edit(request.user, project),
        "datasets": datasets,
        "programs": programs if _address("programs:list") else [],
        "runs": runs if _address("runs:list") else [],
        "is_new": not (datasets or programs or runs),
        "example_url": _address("runs:example"),
        "launch_url": _address("runs:launch"),
    }
    return render(request, "pages/home/home.html", context)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
