"""Datasets in Django's admin, for the person who runs the site."""

from __future__ import annotations

from django.contrib import admin

from omegaweb.datasets.models import Dataset, Table


@admin.register(Dataset)
class DatasetAdmin(admin.ModelAdmin[Dataset]):
    """Who has which datasets."""

    list_display = ("name", "project", "created_by", "created_at")
    search_fields = ("name", "project__name", "created_by__username")


@admin.register(Table)
class TableAdmin(admin.ModelAdmin[Table]):
    """What was uploaded and whether it could be read."""

    list_display = ("filename", "dataset", "state", "row_count", "size", "created_at")
    list_filter = ("state", "format")
    # Rows are kept in the order of these columns: changing them here would mix values up.
    readonly_fields = ("columns", "row_count", "state", "progress", "file")
