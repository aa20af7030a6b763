"""Template filters that say what a person may do: `{% if user|can_edit:run %}`."""

from __future__ import annotations

from django import template

from omegaweb.projects import access

register = template.Library()
register.filter("can_review", access.can_review)
register.filter("can_edit", access.can_edit)
register.filter("can_own", access.can_own)
