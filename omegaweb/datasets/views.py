"""The pages of datasets: list, upload, detail, delete."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from omegaweb.datasets import advice, importing, preview, services, split_thread
from omegaweb.datasets.columns import FEEDBACK, INPUT, TARGET
from omegaweb.datasets.forms import ReadingOptionsForm, UploadForm, VersionForm
from omegaweb.datasets.models import Dataset, Table
from omegaweb.enumeration import some_of
from omegaweb.page_request import PageRequest
from omegaweb.projects.access import require_edit
from omegaweb.projects.current import current_project, project_for_new


@require_GET
def list_(request: PageRequest) -> HttpResponse:
    """Show the datasets of the current project."""
    datasets = Dataset.objects.visible_to(request.user).in_project(current_project(request)).for_list()
    return render(request, "pages/datasets/list.html", {"datasets": datasets})


@require_http_methods(["GET", "POST"])
def upload(request: PageRequest) -> HttpResponseBase:
    """Take a file; the reading begins at once and the page of the dataset shows how far it is."""
    project = project_for_new(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        dataset = services.create_dataset(
            project=project,
            user=request.user,
            upload=form.cleaned_data["file"],
            name=form.cleaned_data["name"],
            encoding=form.cleaned_data["encoding"],
            delimiter=form.cleaned_data["delimiter"],
        )
        address = dataset.get_absolute_url()
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    template = "partials/datasets/upload.html" if request.htmx else "pages/datasets/upload.html"
    context = {"form": form, "project": project, "upload_limit_mb": settings.UPLOAD_LIMIT_MB}
    return render(request, template, context, status=422 if request.method == "POST" else 200)


@require_GET
def detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show the rows of a dataset, its columns and its split."""
    dataset = _dataset(request, pk)
    template = "partials/datasets/rows.html" if request.htmx else "pages/datasets/detail.html"
    return render(request, template, _detail_context(request, dataset))


@require_GET
def progress(request: PageRequest, pk: int) -> HttpResponse:
    """Show how far the reading or the split is; when it is over, have the page loaded anew."""
    dataset = _dataset(request, pk)
    table = dataset.latest_table
    if table is not None:
        importing.fail_if_lost(table)
        split_thread.fail_if_lost(table)
    if table is None or not (table.is_reading or table.is_splitting):
        return HttpResponseClientRefresh()
    return render(request, "partials/datasets/progress.html", {"dataset": dataset, "table": table})


@require_http_methods(["GET", "POST"])
def split(request: PageRequest, pk: int) -> HttpResponse:
    """Save the choice of columns and the split; a large table is split in the background."""
    if request.method == "GET":  # the address of a form that was refused, opened again
        return redirect(_dataset(request, pk))
    dataset = _dataset_to_change(request, pk)
    table = dataset.latest_table
    if table is None or not table.is_ready:
        messages.error(request, "The file is not read yet: choose the columns when it is.")
        return redirect(dataset)
    form = VersionForm(table, dataset.latest_version, request.POST)
    if not form.is_valid():
        context = _detail_context(request, dataset) | {"form": form}
        return render(request, "pages/datasets/detail.html", context, status=422)
    _save_version(request, dataset, table, form)
    return redirect(dataset)


def _save_version(request: PageRequest, dataset: Dataset, table: Table, form: VersionForm) -> None:
    choice: dict[str, Any] = {
        "input_columns": form.columns_with(INPUT),
        "target_columns": form.columns_with(TARGET),
        "feedback_columns": form.columns_with(FEEDBACK),
        "fractions": form.fractions(),
        "seed": form.cleaned_data["seed"],
    }
    if table.row_count <= services.ROWS_SPLIT_AT_ONCE:
        version = services.save_version(dataset=dataset, user=request.user, table=table, **choice)
        messages.success(request, f"Saved as version {version.number}: the rows are split.")
    elif not services.begin_version(dataset=dataset, user=request.user, table=table, **choice):
        messages.error(request, "The rows are being split already. Save this choice when that is done.")


@require_POST
def read_again(request: PageRequest, pk: int) -> HttpResponse:
    """Read the same file with another encoding or delimiter."""
    dataset = _dataset_to_change(request, pk)
    table = dataset.latest_table
    form = ReadingOptionsForm(request.POST)
    if table is None or not form.is_valid() or not services.can_read_again(table):
        messages.error(request, "This file cannot be read again. Upload it anew.")
        return redirect(dataset)
    services.read_again(table=table, user=request.user, **form.cleaned_data)
    return redirect(dataset)


@require_http_methods(["GET", "POST"])
def delete(request: PageRequest, pk: int) -> HttpResponse:
    """Ask, then delete; refuse while a program or a run needs the dataset."""
    dataset = _dataset_to_change(request, pk)
    if request.method == "GET":
        return render(request, "pages/datasets/delete.html", {"dataset": dataset})
    try:
        services.delete_dataset(dataset=dataset, user=request.user)
    except ProtectedError as error:
        users = some_of(sorted({f"{user._meta.verbose_name} “{user}”" for user in error.protected_objects}))
        messages.error(request, f"“{dataset}” is still needed by {users}, so it was not deleted.")
        return redirect(dataset)
    messages.success(request, f"“{dataset}” was deleted.")
    return redirect("datasets:list")


def _dataset(request: PageRequest, pk: int) -> Dataset:
    return get_object_or_404(Dataset.objects.visible_to(request.user).select_related("project"), pk=pk)


def _dataset_to_change(request: PageRequest, pk: int) -> Dataset:
    dataset = _dataset(request, pk)
    require_edit(request.user, dataset)
    return dataset


def _detail_context(request: PageRequest, dataset: Dataset) -> dict[str, object]:
    table, version = dataset.latest_table, dataset.latest_version
    context: dict[str, object] = {"dataset": dataset, "table": table, "version": version}
    if table is None:
        return context
    importing.fail_if_lost(table)
    split_thread.fail_if_lost(table)
    context["can_read_again"] = services.can_read_again(table)
    context["reading_options"] = ReadingOptionsForm(initial={"encoding": table.encoding, "delimiter": table.delimiter})
    if table.is_ready:
        page, rows = preview.page_of_rows(table, version, request.GET.get("page"))
        context |= {"form": VersionForm(table, version), "page": page, "rows": rows}
    if version is not None:
        context |= {
            "sizes": version.split_sizes(),
            "bar": preview.split_bar(version),
            "labels": preview.label_bars(version),
            "cautions": advice.cautions(version),
            "program_url": _program_url(dataset),
        }
    return context


def _program_url(dataset: Dataset) -> str:
    try:
        return f"{reverse('programs:create')}?dataset={dataset.pk}"
    except NoReverseMatch:
        return ""
