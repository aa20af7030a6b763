"""Projects in Django's admin, for the person who runs the site."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from omegaweb.projects.models import Membership, Project


class MembershipInline(admin.TabularInline[Any, Any]):
    """Who is in the project: the way to help where the last owner is gone. Not in the audit log."""

    model = Membership
    extra = 0


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin[Project]):
    """Which projects there are."""

    list_display = ("name", "created_at")
    search_fields = ("name", "memberships__user__username")
    inlines = (MembershipInline,)
