"""A whole run as a download, and the page that takes one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from omegaweb.audit.models import Action
from omegaweb.audit.services import record
from omegaweb.moving.archive import MEGABYTE, ArchiveReader, NotImportable
from omegaweb.moving.forms import ImportForm
from omegaweb.moving.reading import AlreadyHere, import_run
from omegaweb.moving.writing import RunUnderWay, check_at_rest, file_of, filename_of
from omegaweb.page_request import PageRequest
from omegaweb.projects.access import require_own
from omegaweb.projects.current import project_for_new
from omegaweb.runs.models import Run

#: How many times its own length a file may have when it is unpacked; JSON of runs shrinks to a tenth or less.
MOST_UNPACKED = 30


@require_GET
def download(request: PageRequest, pk: int) -> HttpResponseBase:
    """Send a whole run as one file; taking it away is an entry of the audit log."""
    run = get_object_or_404(Run.objects.visible_to(request.user).select_related("project"), pk=pk)
    require_own(request.user, run)
    try:
        check_at_rest(run)
    except RunUnderWay as error:
        messages.error(request, str(error))
        return redirect(f"{run.get_absolute_url()}?tab=settings")
    # Before the first byte: who breaks the download off near its end has it all the same.
    record(project=run.project, actor=request.user, action=Action.RUN_TAKEN_AWAY, target=run)
    response = StreamingHttpResponse(_chunks(file_of(run)), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{filename_of(run)}"'
    return response


@require_http_methods(["GET", "POST"])
def import_(request: PageRequest) -> HttpResponseBase:
    """Take a run into a project."""
    project = project_for_new(request)
    posted = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if posted else ImportForm()
    here: Run | None = None  # what the file would bring
    if posted and form.is_valid():
        most = settings.UPLOAD_LIMIT_MB * MEGABYTE * MOST_UNPACKED
        try:
            archive = ArchiveReader(form.cleaned_data["file"].file, most_bytes=most)
            run = import_run(archive, project=project, user=request.user)
        except NotImportable as error:
            form.add_error("file", str(error))
            here = error.run if isinstance(error, AlreadyHere) else None
        else:
            messages.success(request, f"“{run}” is here, with its dataset, its program and all that was decided.")
            address = run.get_absolute_url()
            return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    template = "partials/moving/import.html" if request.htmx else "pages/moving/import.html"
    context = {"form": form, "project": project, "upload_limit_mb": settings.UPLOAD_LIMIT_MB, "here": here}
    return render(request, template, context, status=422 if posted else 200)


async def _chunks(file: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
    """Yield a file while it is made; the server would first read a synchronous iterator to its end.

    All of it is made in the thread of the request, whose connection to the database it needs.
    """
    following = sync_to_async(lambda: next(file, None))
    try:
        while (chunk := await following()) is not None:
            if chunk:
                yield chunk
    finally:  # the browser may have left
        await sync_to_async(file.close)()
