"""From a provider's HTTP status and error body to our own error tree."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Mapping
from typing import Any

from optimizer_core.errors import (
    AccessRevoked,
    FormatRejected,
    ModelAccessDenied,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    RateLimited,
)

_SHOWN = 300  # characters of a provider's message
_OUT_OF_CREDIT = ("insufficient_quota", "billing_hard_limit_reached", "insufficient_credits")
_NOBODY_BEHIND = (502, 503, 504, 529)  # what stands before a model says that it is not there, or overloaded
_FILTERED = ("content_filter", "content_policy_violation", "moderation_blocked")
#: What a 403 says that is about this question and not about the key: OpenRouter's moderation.
_FLAGGED = ("moderation", "flagged", "content policy")
#: What servers say that cannot be asked for JSON this way. OpenRouter speaks of "the requested parameters".
_ABOUT_FORMAT = (
    "response_format",
    "response format",
    "json_schema",
    "json schema",
    "json_object",
    "structured output",
    "requested parameters",
    "unsupported",
    "not supported",
)


def error_of(model: str, status: int, body: str, headers: Mapping[str, str]) -> ModelError:
    """Return the error that says whether asking again can help."""
    error = _kind_of(model, status, body, headers)
    error.is_free = True
    return error


def _kind_of(model: str, status: int, body: str, headers: Mapping[str, str]) -> ModelError:
    code, message = _code_and_message(body)
    text = f"{model}: HTTP {status}: {message}"
    if any(word in code or word in message for word in _FILTERED):
        return ModelRefused(text)
    if status == 402 or code in _OUT_OF_CREDIT:
        return AccessRevoked(f"{text} (no credit left with the provider)")
    wait = retry_after(headers)
    if status == 429 or (status in (503, 529) and wait is not None):
        return RateLimited(text, retry_after=wait)
    if status in (400, 404, 422, 501) and names_format(body):
        return FormatRejected(text)
    if status >= 500 or status in (408, 409, 425):
        return ModelUnavailable(text, is_common=status in _NOBODY_BEHIND)
    if status == 403 and any(word in message.lower() for word in _FLAGGED):
        return ModelRefused(text)
    if status in (401, 403):
        return AccessRevoked(f"{text} (check the key)")
    return ModelAccessDenied(text)


def is_out_of_credit(message: str) -> bool:
    """Return whether an error is about credit with the provider, whatever its status."""
    return any(code in message for code in _OUT_OF_CREDIT)


def names_format(message: str) -> bool:
    """Return whether an error may be about the way in which JSON was asked for."""
    said = message.lower()
    return any(words in said for words in _ABOUT_FORMAT)


def retry_after(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Return the seconds a provider asks to wait: a number of seconds, of milliseconds, or a date.

    Header names are looked up as they are, so ``headers`` should not distinguish upper and lower case.
    """
    milliseconds = headers.get("retry-after-ms")
    if milliseconds is not None and _number(milliseconds) is not None:
        return max(0.0, float(milliseconds) / 1000)
    value = headers.get("retry-after")
    if value is None:
        return None
    seconds = _number(value)
    if seconds is None:
        date = email.utils.parsedate_to_datetime(value) if _is_date(value) else None
        seconds = date.timestamp() - (time.time() if now is None else now) if date else None
    return None if seconds is None else max(0.0, seconds)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_date(text: str) -> bool:
    return email.utils.parsedate(text) is not None


def _code_and_message(body: str) -> tuple[str, str]:
    try:
        value: Any = json.loads(body)
    except ValueError:
        return "", body.strip()[:_SHOWN] or "no message"
    error = value.get("error", value) if isinstance(value, dict) else value
    if not isinstance(error, dict):
        return "", str(error)[:_SHOWN]
    code = str(error.get("code") or error.get("type") or "")
    return code, str(error.get("message") or error.get("detail") or body)[:_SHOWN]
