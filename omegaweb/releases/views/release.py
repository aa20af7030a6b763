"""The page of one version: its test, its content, who decided what, and what can be done with it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from omegaweb.engine.endings import announce
from omegaweb.page_request import PageRequest
from omegaweb.projects.access import require_review
from omegaweb.releases import services
from omegaweb.releases.ballot import ballot_context
from omegaweb.releases.forms import DecisionForm
from omegaweb.releases.frozen import figures_of, files_of
from omegaweb.releases.models import Release
from omegaweb.releases.report import report_of
from omegaweb.releases.seal import result_of_opening, seal_of
from omegaweb.runs.diffs import diff_contents
from omegaweb.runs.result import Verdict

INVALID = 422


def release_of(request: HttpRequest, pk: int) -> Release:
    """Return a release this person may see.

    Raises:
        Http404: there is none, or it is somebody else's.
    """
    release = get_object_or_404(Release.objects.visible_to(request.user).for_pages(), pk=pk)
    if release.candidate is not None:
        release.candidate.run = release.run
    return release


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one version."""
    release = release_of(request, pk)
    if request.headers.get("HX-Target") == "release-test":
        response = render(request, "partials/releases/test.html", _test(release))
        if release.opening is None or not release.opening.is_running:
            response["HX-Refresh"] = "true"  # what can be done now is elsewhere on the page
        return response
    return _page(request, release, DecisionForm())


@require_http_methods(["GET", "POST"])
def decide(request: PageRequest, pk: int) -> HttpResponse:
    """Approve or decline a proposed version."""
    release = release_of(request, pk)
    if request.method == "GET":  # the address of a form that was refused, opened again
        return redirect(release)
    require_review(request.user, release)
    result = result_of_opening(release.run, release.opening) if release.opening is not None else None
    form = DecisionForm(request.POST, against=result is not None and result.verdict != Verdict.IMPROVED)
    if not form.is_valid():
        return _page(request, release, form, status=INVALID)
    try:
        _decide(request, release, form)
    except services.NotPossible as problem:
        messages.error(request, str(problem))
    else:
        announce(release.run_id)
    return redirect(release)


def _decide(request: PageRequest, release: Release, form: DecisionForm) -> None:
    comment = form.cleaned_data["comment"]
    if request.POST.get("verdict") == "declined":
        services.decline(release, user=request.user, comment=comment)
        messages.success(request, f"Version {release.number} is declined.")
        return
    after = services.approve(
        release,
        user=request.user,
        comment=comment,
        freeze=lambda names: (files_of(release, approved_by=names), figures_of(release)),
    )
    if after.waits:
        messages.success(request, f"Your approval of version {release.number} is noted. It waits for another person.")
        return
    if form.cleaned_data["make_current"]:
        services.make_current(release, user=request.user)
    messages.success(request, f"Version {release.number} is approved.")


@require_POST
def make_current(request: PageRequest, pk: int) -> HttpResponse:
    """Make an approved version the current one, also an older one."""
    release = release_of(request, pk)
    require_review(request.user, release)
    try:
        services.make_current(release, user=request.user, comment=request.POST.get("comment", ""))
    except services.NotPossible as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"Version {release.number} is the current one.")
    return redirect("releases:program", release.program_id)


@require_GET
def file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Send one of the frozen files of an approved version."""
    found = release_of(request, pk).files.get(kind)
    if found is None:
        raise Http404(f"no file called {kind}")
    return _attachment(found["text"], found["filename"], found["content_type"])


@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the report as one HTML file that needs neither an account nor a network."""
    release = release_of(request, pk)
    html = render_to_string("pages/releases/report.html", {"report": report_of(release), "release": release})
    name = f"{slugify(release.definition['name'])[:60] or 'program'}-version-{release.number}-report.html"
    return _attachment(html, name, "text/html")


def _attachment(text: str, filename: str, content_type: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _test(release: Release) -> dict[str, object]:
    opening = release.opening
    result = result_of_opening(release.run, opening) if opening is not None else None
    return {"release": release, "opening": opening, "run": release.run, "result": result}


def _page(request: HttpRequest, release: Release, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    before = Release.objects.current().filter(program=release.program).exclude(pk=release.pk).first()
    start = release.run.baseline
    older = before.content if before else start.content if start else {}
    context = {
        **_test(release),
        "form": form,
        **ballot_context(release, request.user),
        "before": before,
        "diff": diff_contents(older, release.content),
        "steps": release.steps.select_related("by"),
        "seal": seal_of(release.run),
    }
    return render(request, "pages/releases/detail.html", context, status=status)
