"""The grid of samples × candidates: its axes, its blocks, and the page of a cell."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from omegaweb.runs.comparison import SPLITS
from omegaweb.runs.samples.axes import axes_of
from omegaweb.runs.samples.block import MOST_COLUMNS, MOST_ROWS, block_of
from omegaweb.runs.samples.cell import cell_of
from omegaweb.runs.samples.ranges import read_ranges
from omegaweb.runs.views.candidate import candidate_of
from omegaweb.runs.views.detail import visible_run

INVALID = 400
#: Where the grid opens a cell without leaving the page.
PANEL = "cell-panel"


@require_GET
def samples_axes(request: HttpRequest, pk: int) -> JsonResponse:
    """Send the rows and columns that the query string asks for."""
    return JsonResponse(axes_of(visible_run(request, pk), request.GET.dict()).to_json())


@require_GET
def samples_block(request: HttpRequest, pk: int) -> JsonResponse:
    """Send a part of the grid: `split`, `rows` and `columns` name it."""
    run = visible_run(request, pk)
    split = request.GET.get("split", "")
    try:
        if split not in SPLITS:
            raise ValueError(f"split “{split[:40]}” is none of {', '.join(SPLITS)}")
        rows = read_ranges(request.GET.get("rows", ""), most=MOST_ROWS)
        columns = read_ranges(request.GET.get("columns", ""), most=MOST_COLUMNS)
    except ValueError as problem:
        return JsonResponse({"error": str(problem)}, status=INVALID)
    return JsonResponse(block_of(run, split=split, rows=rows, columns=columns).to_json())


@require_GET
def cell(request: HttpRequest, pk: int, split: str, sample: int, number: int) -> HttpResponse:
    """Show what a candidate did with one sample, beside the start or the candidate that `against` names."""
    candidate = candidate_of(request, pk, number)
    shown = cell_of(candidate, split=split, index=sample - 1, query=request.GET.dict()) if sample else None
    if shown is None:
        raise Http404(f"{split} has no sample {sample}")
    context = {"cell": shown, "run": candidate.run, "candidate": candidate}
    if request.headers.get("HX-Target") == PANEL:
        return render(request, "partials/runs/cell.html", context)
    return render(request, "pages/runs/cell.html", context)
