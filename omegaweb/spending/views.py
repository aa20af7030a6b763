"""The page of spend, its file, and the page of what models cost."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from omegaweb.page_request import PageRequest
from omegaweb.projects.access import can_own, require_own
from omegaweb.projects.models import Project
from omegaweb.projects.views.settings import project_to_manage, visible_project
from omegaweb.runs.models import Run
from omegaweb.spending import services
from omegaweb.spending.export import csv_text
from omegaweb.spending.forms import PriceForm, month_asked
from omegaweb.spending.lines import Line, lines_of
from omegaweb.spending.models import ModelPrice
from omegaweb.spending.price_list import priced_models
from omegaweb.spending.report import MONTHS_DRAWN, months_of, report

RUNS_SHOWN = 50


@require_GET
def spend(request: PageRequest) -> HttpResponse:
    """Show what the runs of one's projects have spent, by month, project, role and run."""
    project, all_lines = _project_and_lines(request)
    month = month_asked(request.GET.get("month", ""))
    found = report(_within(all_lines, request))
    by_month = report(all_lines).months
    context = {
        "report": found,
        "months": by_month[:MONTHS_DRAWN],
        "months_offered": months_of(all_lines),
        "month": month,
        "project": project,
        "runs": found.runs[:RUNS_SHOWN],
        "runs_left_out": max(0, len(found.runs) - RUNS_SHOWN),
    }
    return render(request, "pages/spending/spend.html", context)


@require_GET
def export(request: PageRequest) -> HttpResponse:
    """Send what the page adds up, one line a run, month and role."""
    _, lines = _project_and_lines(request)
    response = HttpResponse(csv_text(_within(lines, request)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="spend.csv"'
    return response


@require_http_methods(["GET", "POST"])
def prices(request: PageRequest, pk: int) -> HttpResponse:
    """Show what the models of a project cost; its owners set prices here."""
    project = visible_project(request, pk)
    form = PriceForm(request.POST or None, initial={"model": request.GET.get("model", "")})
    if request.method == "POST":
        require_own(request.user, project)
        if form.is_valid():
            price = services.set_price(project=project, user=request.user, **form.cleaned_data)
            messages.success(request, f"The price of {price.model} is set. Runs that begin or go on from now use it.")
            return redirect("spending:prices", project.pk)
    context = {
        "project": project,
        "form": form,
        "models": priced_models(project),
        "manages": can_own(request.user, project),
    }
    return render(request, "pages/spending/prices.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def forget_price(request: PageRequest, pk: int, price: int) -> HttpResponse:
    """Take a price of one's own away."""
    project = project_to_manage(request, pk)
    found = get_object_or_404(ModelPrice, pk=price, project=project)
    services.forget_price(price=found, user=request.user)
    messages.success(request, f"{found.model} costs again what the price list says.")
    return redirect("spending:prices", project.pk)


def _project_and_lines(request: PageRequest) -> tuple[Project | None, list[Line]]:
    """The project that the address asks for, if any, and what its runs, or those of all one's projects, spent."""
    runs = Run.objects.visible_to(request.user)
    asked = request.GET.get("project", "")
    if not asked.isdecimal():
        return None, lines_of(runs)
    project = visible_project(request, int(asked))
    return project, lines_of(runs.in_project(project))


def _within(lines: list[Line], request: PageRequest) -> list[Line]:
    month = month_asked(request.GET.get("month", ""))
    return [line for line in lines if month is None or line.month == month]
