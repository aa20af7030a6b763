"""How a person wants to see differences; a browser keeps the last choice, also without scripts."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from omegaweb.runs.changes import INLINE, SIDE

COOKIE = "diff_layout"
SECONDS_KEPT = 365 * 24 * 3600


def chosen_layout(request: HttpRequest) -> str:
    """Return what the address asks for, else what was chosen last."""
    asked = request.GET.get("layout") or request.COOKIES.get(COOKIE)
    return SIDE if asked == SIDE else INLINE


def remember_layout(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the browser keep what the address asks for."""
    if request.GET.get("layout") in (INLINE, SIDE):
        response.set_cookie(
            COOKIE,
            request.GET["layout"],
            max_age=SECONDS_KEPT,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
