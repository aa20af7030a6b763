"""Programs in Django's admin, for the person who runs the site."""

from __future__ import annotations

from django.contrib import admin

from omegaweb.programs.models import Program


@admin.register(Program)
class ProgramAdmin(admin.ModelAdmin[Program]):
    """Who has which programs."""

    list_display = ("name", "project", "created_by", "style", "revision", "updated_at")
    search_fields = ("name", "project__name", "created_by__username")
    # The form of the site checks fields against each other; this one would not.
    readonly_fields = ("input_fields", "output_fields", "seed_instructions", "revision")
