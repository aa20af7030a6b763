"""What people do to candidates while a run goes on: notes to the proposer, pins, bans, variations written by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from omegaweb.engine import launcher
from omegaweb.page_request import PageRequest
from omegaweb.projects.access import require_edit
from omegaweb.runs.models import Candidate, Run
from omegaweb.runs.models.requests import Steer
from omegaweb.runs.steering import NotNow, ask, may_approve_own
from omegaweb.runs.steering_forms import BanForm, NoteForm, VariationForm
from omegaweb.runs.views.candidate import candidate_of
from omegaweb.runs.views.detail import run_to_change

INVALID = 422
#: Tabs of the run whose rows offer to pin.
TABLES = ("overview", "candidates")


@require_http_methods(["GET", "POST"])
def note(request: PageRequest, pk: int) -> HttpResponse:
    """Take a note to the proposer."""
    run = run_to_change(request, pk)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = INVALID if form.is_bound else 200
        return render(request, "pages/runs/note.html", {"run": run, "note_form": form}, status=status)
    _ask(request, run, Steer.NOTE, {"text": form.cleaned_data["text"]})
    return redirect(f"{reverse('runs:detail', args=[run.pk])}?tab=steer")


@require_POST
def pin(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """Let a candidate survive every competition."""
    return _about(request, _candidate_to_change(request, pk, number), Steer.PIN)


@require_POST
def unpin(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """Let a candidate compete like any other again."""
    return _about(request, _candidate_to_change(request, pk, number), Steer.UNPIN)


@require_http_methods(["GET", "POST"])
def ban(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """Ask why, and take a candidate out for good."""
    candidate = _candidate_to_change(request, pk, number)
    form = BanForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"run": candidate.run, "candidate": candidate, "form": form}
        return render(request, "pages/runs/ban.html", context, status=INVALID if form.is_bound else 200)
    return _about(request, candidate, Steer.BAN, reason=form.cleaned_data["reason"])


@require_http_methods(["GET", "POST"])
def vary(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """Write a variation of a candidate, which is scored like any other."""
    candidate = _candidate_to_change(request, pk, number)
    run = candidate.run
    form = VariationForm(candidate, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"run": run, "candidate": candidate, "form": form, "approved": may_approve_own(request.user, run)}
        return render(request, "pages/runs/vary.html", context, status=INVALID if form.is_bound else 200)
    payload = {
        "content": form.edited_content(),
        "parent": candidate.key,
        "comment": form.cleaned_data["comment"],
        "approved": may_approve_own(request.user, run),
    }
    if _ask(request, run, Steer.ADD, payload):
        messages.success(request, "Your variation is scored before the next proposal, like any other candidate.")
    return redirect(f"{reverse('runs:detail', args=[run.pk])}?tab=steer")


def _candidate_to_change(request: PageRequest, pk: int, number: int) -> Candidate:
    candidate = candidate_of(request, pk, number)
    require_edit(request.user, candidate.run)
    return candidate


def _about(request: PageRequest, candidate: Candidate, action: Steer, **payload: Any) -> HttpResponse:
    _ask(request, candidate.run, action, {"candidate": candidate.key, **payload})
    back = request.POST.get("back", "")
    return redirect(f"{candidate.run.get_absolute_url()}?tab={back}" if back in TABLES else candidate)


def _ask(request: PageRequest, run: Run, action: Steer, payload: dict[str, Any]) -> bool:
    try:
        ask(run, user=request.user, action=action, payload=payload)
    except NotNow as problem:
        messages.info(request, str(problem))
        return False
    launcher.wake(run.pk)
    return True
