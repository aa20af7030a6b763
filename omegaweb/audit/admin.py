"""The audit log in Django's admin, where logs of deleted projects can be read, too."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from omegaweb.audit.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin[AuditEntry]):
    """All entries, to look at only."""

    list_display = ("at", "project_name", "actor_name", "action", "target_kind", "target_name")
    list_filter = ("action",)
    search_fields = ("project_name", "actor_name", "target_name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
