"""Sends texts packed to browsers that can unpack them; files that are packed already go as they are."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

#: Beginnings of content types that shrink.
TEXTS = ("text/", "application/json", "image/svg+xml")


class Compression(GZipMiddleware):
    """Django's own, for texts alone.

    Pages hold a secret, the CSRF token, and what people wrote; the length of the packed page could tell one from the
    other (BREACH). Django masks the token anew in each answer and pads packed answers by a random length against that.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith(TEXTS):
            return response
        return super().process_response(request, response)
