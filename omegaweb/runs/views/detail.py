"""The page of one run, and what people may do to it: stop, continue, delete."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from omegaweb.engine import launcher
from omegaweb.page_request import PageRequest
from omegaweb.projects.access import require_edit
from omegaweb.runs.charts import figure
from omegaweb.runs.extension import ExtendForm
from omegaweb.runs.live import TABS, current_tab, detail_run, regions_of
from omegaweb.runs.models import Run
from omegaweb.runs.population_map import map_figure
from omegaweb.runs.services import RunReleased, delete_run
from omegaweb.runs.steering_forms import NoteForm


def visible_run(request: HttpRequest, pk: int) -> Run:
    """Return a run this person may see.

    Raises:
        Http404: there is none, or it is somebody else's.
    """
    return get_object_or_404(detail_run(Run.objects.visible_to(request.user)), pk=pk)


def run_to_change(request: PageRequest, pk: int) -> Run:
    """Return a run this person may stop, continue and delete.

    Raises:
        Http404: there is none, or they are not in its project.
        PermissionDenied: their role does not allow it.
    """
    run = visible_run(request, pk)
    require_edit(request.user, run)
    return run


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a run; its live updates redraw the same regions."""
    run = visible_run(request, pk)
    query = request.GET.dict()
    tab = current_tab(query)
    shown = regions_of(query)
    for region in shown:
        if request.headers.get("HX-Target") == region.name:
            return render(request, region.template, {"run": run, "query": query, **region.context(run, query)})
    context: dict[str, Any] = {"run": run, "query": query, "tab": tab, "tabs": TABS, "extend_form": ExtendForm(run)}
    if tab == "steer":
        context["note_form"] = NoteForm()
    if tab == "overview":
        context["figure"] = figure(run)
    for region in shown:
        context |= region.context(run, query)
    if tab == "map":
        context["map_figure"] = map_figure(run, context["map"])
    return render(request, "pages/runs/detail.html", context)


@require_GET
def event(request: HttpRequest, pk: int, sequence: int) -> HttpResponse:
    """Show one event as it was recorded."""
    shown = get_object_or_404(visible_run(request, pk).events, sequence=sequence)
    raw = json.dumps(shown.payload, indent=2, ensure_ascii=False)
    return render(request, "partials/runs/event_raw.html", {"event": shown, "raw": raw})


@require_http_methods(["GET", "POST"])
def stop(request: PageRequest, pk: int) -> HttpResponse:
    """Ask whether to stop a run, and ask the run to stop."""
    run = run_to_change(request, pk)
    if request.method == "GET":
        return render(request, "pages/runs/stop.html", {"run": run})
    if not launcher.stop(run.pk, user=request.user):
        messages.info(request, "The run was over already, or somebody had stopped it.")
    return redirect(run)


@require_http_methods(["GET", "POST"])
def delete(request: PageRequest, pk: int) -> HttpResponse:
    """Ask whether to delete a run, and delete it; refuse while it is under way."""
    run = run_to_change(request, pk)
    if request.method == "GET":
        return render(request, "pages/runs/delete.html", {"run": run})
    try:
        deleted = delete_run(run, user=request.user)
    except RunReleased as problem:
        messages.error(request, str(problem))
        return redirect(run)
    if not deleted:
        messages.error(request, f"“{run}” is under way, so it was not deleted. Stop it first.")
        return redirect(run)
    messages.success(request, f"“{run}” was deleted.")
    return redirect("runs:list")


@require_POST
def resume(request: PageRequest, pk: int) -> HttpResponse:
    """Take up an interrupted run from its last checkpoint."""
    run = run_to_change(request, pk)
    if not launcher.continue_run(run.pk, user=request.user):
        messages.info(request, "Only an interrupted run can be continued; this one has moved on.")
    return redirect(run)
