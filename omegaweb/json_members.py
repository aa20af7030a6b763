"""Members of JSON columns in queries, as every database the site knows can compare them: as text."""

from __future__ import annotations

from django.db.models import TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast


def member(path: str) -> Cast:
    """Return a member as an expression, such as `member("payload__code")`; the lookups of JSON do not reach it."""
    return Cast(KT(path), TextField())
