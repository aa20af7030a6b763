"""The page that puts up to eight runs beside each other."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from omegaweb.page_request import PageRequest
from omegaweb.projects.current import current_project
from omegaweb.runs.compared.choice import MOST, asked_numbers, chosen_runs, offered_runs
from omegaweb.runs.compared.curves import compared_figure
from omegaweb.runs.compared.figures import clashes, figures_of
from omegaweb.runs.compared.settings import settings_of
from omegaweb.runs.models import Run


@require_GET
def compare(request: PageRequest) -> HttpResponse:
    """Compare the runs that the address names: `?run=1&run=2`."""
    numbers = asked_numbers(request.GET.getlist("run"))
    chosen = chosen_runs(request.user, numbers)
    project = chosen[0].run.project if chosen else current_project(request)
    settings = settings_of(chosen)
    context = {
        "chosen": chosen,
        "left_out": max(0, len(numbers) - MOST),
        "most": MOST,
        "offered": offered_runs(Run.objects.visible_to(request.user).in_project(project), chosen),
        "figures": figures_of(chosen),
        "clashes": clashes(chosen),
        "figure": compared_figure(chosen),
        "differing": [setting for setting in settings if setting.differs],
        "alike": [setting for setting in settings if not setting.differs],
    }
    return render(request, "pages/runs/compare.html", context)
