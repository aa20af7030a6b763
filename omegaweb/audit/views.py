"""The page of a project's audit log, and the log as a file."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from omegaweb.audit.export import KINDS
from omegaweb.audit.log import filtered, filters_of, lines_of
from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.page_request import PageRequest
from omegaweb.projects.views.settings import project_to_manage, visible_project

ENTRIES_ON_A_PAGE = 50


@require_GET
def log(request: PageRequest, pk: int) -> HttpResponse:
    """Show who did what in a project, the newest first."""
    project = visible_project(request, pk)
    filters = filters_of(project, request.GET.dict())
    page = Paginator(filtered(project, filters), ENTRIES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"project": project, "filters": filters, "page": page, "lines": lines_of(page.object_list)}
    return render(request, "pages/audit/log.html", context)


@require_GET
def export(request: PageRequest, pk: int, kind: str) -> HttpResponse:
    """Send what the page's filters let through; taking it away is itself an entry."""
    project = project_to_manage(request, pk)
    if kind not in KINDS:
        raise Http404(f"no export called {kind}")
    write, content_type = KINDS[kind]
    filters = filters_of(project, request.GET.dict())
    asked = {"person": filters.person, "action": filters.action, "target": filters.target}
    after = {"file": kind, **{name: value for name, value in asked.items() if value}}
    record(project=project, actor=request.user, action=Action.AUDIT_EXPORTED, target=project, after=after)
    content = "".join(write(filtered(project, filters)))
    response = HttpResponse(content, content_type=f"{content_type}; charset=utf-8")
    name = slugify(project.name) or f"project-{project.pk}"
    response["Content-Disposition"] = f'attachment; filename="audit-{name}.{kind}"'
    return response
