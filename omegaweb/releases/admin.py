"""Releases in Django's admin: to look at, not to change."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from omegaweb.releases.models import Release, SealOpening


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What happened is not rewritten here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    list_display = ("program", "number", "state", "created_at")
    list_filter = ("state",)


@admin.register(SealOpening)
class SealOpeningAdmin(ReadOnlyAdmin):
    list_display = ("run", "number", "candidate", "by_run", "opened_by", "state", "opened_at")
    list_filter = ("state",)
