"""What people ask of a run while it goes on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from omegaweb.engine import launcher
from omegaweb.page_request import PageRequest
from omegaweb.runs import going_on
from omegaweb.runs.extension import ExtendForm, extend
from omegaweb.runs.models import Run
from omegaweb.runs.models.requests import Steer
from omegaweb.runs.steering import NotNow, ask
from omegaweb.runs.views.detail import run_to_change

INVALID = 422


@require_POST
def pause(request: PageRequest, pk: int) -> HttpResponse:
    """Let a run ask nothing new until it is resumed."""
    return _ask(request, run_to_change(request, pk), Steer.PAUSE)


@require_POST
def unpause(request: PageRequest, pk: int) -> HttpResponse:
    """Let a run that was paused go on."""
    return _ask(request, run_to_change(request, pk), Steer.RESUME)


@require_http_methods(["GET", "POST"])
def finish(request: PageRequest, pk: int) -> HttpResponse:
    """Ask whether a search shall end here, and let the run conclude."""
    run = run_to_change(request, pk)
    if request.method == "GET":
        return render(request, "pages/runs/finish.html", {"run": run})
    return _ask(request, run, Steer.FINISH)


@require_http_methods(["GET", "POST"])
def extend_budget(request: PageRequest, pk: int) -> HttpResponse:
    """Ask how much more a run may use, and let it."""
    run = run_to_change(request, pk)
    form = ExtendForm(run, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = INVALID if form.is_bound else 200
        return render(request, "pages/runs/extend.html", {"run": run, "extend_form": form}, status=status)
    try:
        extend(run, user=request.user, more=form.more())
    except NotNow as problem:
        messages.info(request, str(problem))
    launcher.wake(run.pk)
    return redirect(run)


@require_http_methods(["GET", "POST"])
def go_on(request: PageRequest, pk: int) -> HttpResponse:
    """Ask how much more a run that is over may use, and let it go on from its last checkpoint."""
    run = run_to_change(request, pk)
    problem = going_on.reason_against_going_on(run)
    form = going_on.GoOnForm(run, request.POST if request.method == "POST" else None)
    if problem or not form.is_valid():
        context = {"run": run, "form": form, "problem": problem}
        return render(request, "pages/runs/go_on.html", context, status=INVALID if form.is_bound else 200)
    try:
        going_on.go_on(run, user=request.user, more=form.more(), epochs=form.more_epochs())
    except NotNow as moved:
        messages.info(request, str(moved))
        return redirect(run)
    launcher.start(run.pk)
    messages.success(request, f"“{run}” goes on from its last checkpoint.")
    return redirect(run)


def _ask(request: PageRequest, run: Run, action: Steer) -> HttpResponse:
    try:
        ask(run, user=request.user, action=action)
    except NotNow as problem:
        messages.info(request, str(problem))
    launcher.wake(run.pk)
    return redirect(run)
