"""Reviews in Django's admin: to look at, not to decide."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from omegaweb.reviews.models import Review


@admin.register(Review)
class ReviewAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list of all reviews, read-only: a decision is made once, on its page."""

    list_display = ("candidate", "run", "state", "reviewer", "requested_at", "decided_at")
    list_filter = ("state",)
    search_fields = ("run__name", "reason")
    list_select_related = ("candidate", "run", "reviewer")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Review | None = None) -> bool:
        return False
