"""The endpoint from which machines read the current version of a program: a token, JSON, and an ETag."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.csrf import csrf_exempt

from omegaweb.releases import tokens
from omegaweb.releases.models import Release, StepKind

READING = ("GET", "HEAD")
NO_TOKEN = 'Send a token of this program: "Authorization: Bearer owr_…". Tokens are made on the page of its releases.'
NOT_VALID = "This token is not valid: it was revoked, or never existed."


@csrf_exempt  # whoever sends a token has no cookie that another site could use
@login_not_required
def current_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the current version of a program."""
    if request.method not in READING:
        return _problem(405, "Only GET and HEAD work here.", Allow=", ".join(READING))
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return _problem(401, NO_TOKEN, **{"WWW-Authenticate": "Bearer"})
    token = tokens.find(secret.strip())
    if token is None:
        return _problem(401, NOT_VALID, **{"WWW-Authenticate": 'Bearer error="invalid_token"'})
    if token.program_id != pk:
        return _problem(404, "This token reads another program.")
    release = Release.objects.current().select_related("program").filter(program=pk).first()
    if release is None:
        return _problem(404, "This program has no current version: approve one on the page of its releases.")
    text = _json(document_of(release))
    etag = quote_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    response = HttpResponse(text, content_type="application/json")
    answer = get_conditional_response(request, etag=etag, response=response) or response
    answer["ETag"] = etag
    return _private(answer)


def document_of(release: Release) -> dict[str, Any]:
    """Return what machines get: the version, its content, the prompt as text, and the whole saved program."""
    approved = release.steps.filter(kind=StepKind.APPROVED).select_related("by")
    return {
        "program": {"id": release.program_id, "name": release.definition["name"]},
        "version": release.number,
        "approved": [
            {"by": step.by.get_username() if step.by else None, "at": step.at.isoformat(), "comment": step.comment}
            for step in approved
        ],
        "input_fields": release.definition["input_fields"],
        "output_fields": release.definition["output_fields"],
        "variables": release.content,
        "prompt": release.files.get("prompt", {}).get("text"),
        "saved_program": json.loads(release.files["program"]["text"]) if "program" in release.files else None,
        "figures": {name: release.figures.get(name) for name in ("test", "looks", "validation", "dataset", "reward")},
    }


def _problem(status: int, message: str, **headers: str) -> HttpResponse:
    response = HttpResponse(_json({"error": message}), content_type="application/json", status=status)
    for name, value in headers.items():
        response[name] = value
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    # Whoever asked may keep it, but must ask whether it is still the current one.
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization"
    return response


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
