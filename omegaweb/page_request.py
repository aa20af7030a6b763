"""The request that views get: someone is signed in, and htmx may have sent it."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from omegaweb.accounts.models import User


class PageRequest(HttpRequest):
    """For annotations only: what the middleware has added by the time a view runs."""

    htmx: HtmxDetails
    # LoginRequiredMiddleware sends everybody else away before.
    user: User
