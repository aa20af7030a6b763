"""Taking a candidate away as a file."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from omegaweb.engine.export import KINDS, export_candidate
from omegaweb.page_request import PageRequest
from omegaweb.runs.services import record_export
from omegaweb.runs.views.candidate import candidate_of


@require_GET
def export(request: PageRequest, pk: int, number: int, kind: str) -> HttpResponse:
    """Send the prompt, the variables, the program or a Python file of a candidate."""
    candidate = candidate_of(request, pk, number)
    if kind not in KINDS:
        raise Http404(f"no export called {kind}")
    file = export_candidate(candidate, kind)
    record_export(candidate, user=request.user, kind=kind)
    response = HttpResponse(file.text, content_type=f"{file.content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file.filename}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
