"""The page of one candidate."""

from __future__ import annotations

from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from omegaweb.runs.blame import blame_of
from omegaweb.runs.changes import changes_of
from omegaweb.runs.diff_layout import chosen_layout, remember_layout
from omegaweb.runs.evidence import samples_beside
from omegaweb.runs.lineage import lineage_of
from omegaweb.runs.live import asked_of
from omegaweb.runs.models import Candidate, Run

#: Regions that links replace without loading the page, and what they are made from.
REGIONS = {
    "candidate-changes": "partials/runs/candidate_changes.html",
    "candidate-samples": "partials/runs/candidate_samples.html",
}


def candidate_of(request: HttpRequest, pk: int, number: int) -> Candidate:
    """Return a candidate of a run this person may see, with what its pages read.

    Raises:
        Http404: there is none, or it is somebody else's.
    """
    run = get_object_or_404(
        Run.objects.visible_to(request.user).select_related("project", "dataset_version__table", "baseline", "best"),
        pk=pk,
    )
    candidate = get_object_or_404(run.candidates.select_related("fate_by", "review__reviewer"), number=number)
    candidate.run = run
    return candidate


@require_GET
def candidate(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show what a candidate says, where it came from, and how it did."""
    shown = candidate_of(request, pk, number)
    context: dict[str, object] = {"candidate": shown, "run": shown.run}
    target = request.headers.get("HX-Target", "")
    region = target if target in REGIONS else ""
    if region in ("", "candidate-changes"):
        context["changes"] = changes_of(shown, {**request.GET.dict(), "layout": chosen_layout(request)})
    if region in ("", "candidate-samples"):
        context["samples"] = samples_beside(shown, request.GET.dict())
    if region:
        return remember_layout(request, render(request, REGIONS[region], context))
    return remember_layout(request, render(request, "pages/runs/candidate.html", {**context, **_neighbours(shown)}))


@require_GET
def blame(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show where each sentence and example of a candidate comes from."""
    shown = candidate_of(request, pk, number)
    return render(request, "pages/runs/blame.html", {"candidate": shown, "run": shown.run, "blame": blame_of(shown)})


def _neighbours(shown: Candidate) -> dict[str, object]:
    others = shown.run.candidates
    return {
        "previous_number": others.filter(number__lt=shown.number).aggregate(found=Max("number"))["found"],
        "next_number": others.filter(number__gt=shown.number).aggregate(found=Min("number"))["found"],
        "lineage": lineage_of(shown),
        **asked_of(shown),
        "children": list(shown.children.order_by("number").select_related("fate_by")),
        "newest_number": others.aggregate(found=Max("number"))["found"],
    }
