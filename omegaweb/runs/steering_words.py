"""What people asked of a run, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from omegaweb.runs.durations import in_words
from omegaweb.runs.models import Run
from omegaweb.runs.models.requests import Steer, SteeringRequest

Link = Callable[[str | None], SafeString]

LIMITS: dict[str, Callable[[float], str]] = {
    "calls": lambda limit: f"{limit:,.0f} calls",
    "tokens": lambda limit: f"{limit:,.0f} tokens",
    "cost": lambda limit: f"${limit:,.2f}",
    "seconds": in_words,
}


def limits_in_words(limits: Mapping[str, float | None]) -> str:
    """Return limits as people say them."""
    said = [LIMITS[name](limit) for name, limit in limits.items() if limit is not None]
    return ", ".join(said) or "no limit"


def steering_sentence(payload: Mapping[str, Any], link: Link) -> SafeString:
    """Return what somebody asked of the run, and why that could not be, where it could not."""
    done = _done(payload, link)
    if payload.get("problem"):
        return format_html("{} That could not be: {}.", done, payload["problem"])
    return done


def other_lines(run: Run, requests: Sequence[SteeringRequest]) -> list[tuple[SteeringRequest, SafeString]]:
    """Return requests with what they ask, in a sentence; candidates are called by their number and linked."""
    keys = {key for request in requests for key in named_candidates({"fields": request.payload})}
    numbers = dict(run.candidates.filter(key__in=keys).values_list("key", "number"))

    def link(key: str | None) -> SafeString:
        if key not in numbers:
            return format_html("{}", "a candidate")
        return format_html('<a href="{}">#{}</a>', reverse("runs:candidate", args=[run.pk, numbers[key]]), numbers[key])

    return [(request, _done(_as_said(request), link)) for request in requests]


def _as_said(request: SteeringRequest) -> dict[str, Any]:
    """Return a request as the run will say it."""
    fields = {"budget": request.payload} if request.action == Steer.EXTEND else request.payload
    author = request.author.get_username() if request.author else ""
    return {"action": request.action, "author": author, "fields": fields}


def named_candidates(payload: Mapping[str, Any]) -> list[Any]:
    """Return the candidates that such a sentence calls by their numbers."""
    fields = payload.get("fields")
    return [fields.get("candidate"), fields.get("parent")] if isinstance(fields, dict) else []


def _done(payload: Mapping[str, Any], link: Link) -> SafeString:
    who, fields = payload["author"] or "Somebody", payload["fields"]
    match payload["action"]:
        case "pause":
            return format_html("{} asked for a pause.", who)
        case "resume":
            return format_html("{} let the run go on.", who)
        case "finish":
            return format_html("{} asked the run to finish.", who)
        case "extend":
            return format_html("{} extended the budget to {}.", who, limits_in_words(fields["budget"]))
        case "note":
            return format_html("{} told the proposer: “{}”", who, fields["text"])
        case "add":
            made_of = format_html(" from {}", link(fields["parent"])) if fields.get("parent") else ""
            return format_html("{} added a candidate by hand{}.", who, made_of)
        case "ban":
            because = f": “{fields['reason']}”" if fields.get("reason") else "."
            return format_html("{} banned {}{}", who, link(fields["candidate"]), because)
        case "pin":
            return format_html("{} pinned {}.", who, link(fields["candidate"]))
        case "unpin":
            return format_html("{} unpinned {}.", who, link(fields["candidate"]))
    return format_html("{}: {}", who, payload["action"])
