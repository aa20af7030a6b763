"""Checks of the settings that language and embedding models share, made at construction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject, canonical_json

#: What may be asked of models that reason; "none" sends nothing, "disable" turns reasoning off where that exists.
REASONING_EFFORTS = ("none", "disable", "minimal", "low", "medium", "high", "xhigh")

_KEY = re.compile("[!-~]*")


def check_model_name(value: Any) -> str:
    """Return a LiteLLM model string.

    Raises:
        ConfigurationError: it is no text, or empty.
    """
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationError(f'model={value!r} must be a LiteLLM model string such as "openai/gpt-4o-mini"')
    return value.strip()


def check_address(value: Any) -> str | None:
    """Return the address of a server; None is the provider's own.

    Raises:
        ConfigurationError: it is no http or https address.
    """
    if value is None:
        return None
    address = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise ConfigurationError(
            f'api_base={value!r} must be an address such as "http://localhost:8000/v1"; '
            "leave it out for the provider's own"
        )
    return address


def check_key(value: Any) -> str | None:
    """Return an API key without the white space around it, which a file it was read from may have added.

    Raises:
        ConfigurationError: it is no text, or holds characters that no key has.
    """
    if value is None:
        return None
    if not isinstance(value, str) or not _KEY.fullmatch(value.strip()):
        raise ConfigurationError("api_key must be one word of text; leave it out to take the environment's")
    return value.strip()


def check_number(name: str, value: Any, *, above: float | None = None, least: float | None = None) -> float:
    """Return a finite number.

    Raises:
        ConfigurationError: it is no number, or too small.
    """
    wanted = f"more than {above:g}" if above is not None else f"{least:g} or more"
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) != float("inf")
    if not number or (above is not None and not value > above) or (least is not None and not value >= least):
        raise ConfigurationError(f"{name}={value!r} must be a number of {wanted}")
    return float(value)


def check_count(name: str, value: Any, *, optional: bool = False) -> Any:
    """Return a whole number of 1 or more; None passes where it is optional.

    Raises:
        ConfigurationError: it is something else.
    """
    if value is None and optional:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        way_out = "; leave it out for no limit" if optional else ""
        raise ConfigurationError(f"{name}={value!r} must be a whole number of 1 or more{way_out}")
    return value


def check_switch(name: str, value: Any) -> bool:
    """Return True or False.

    Raises:
        ConfigurationError: it is something else, such as the text "no", which would count as true.
    """
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name}={value!r} must be True or False")
    return value


def check_temperature(value: Any) -> float | None:
    """Return a sampling temperature; None sends nothing.

    Raises:
        ConfigurationError: it is no number, or below 0.
    """
    return None if value is None else check_number("temperature", value, least=0)


def check_reasoning_effort(value: Any) -> str | None:
    """Return a reasoning effort; None sends nothing (decision D18).

    Raises:
        ConfigurationError: there is no such effort.
    """
    if value is None:
        return None
    if value not in REASONING_EFFORTS:
        raise ConfigurationError(f"reasoning_effort={value!r} must be one of {', '.join(REASONING_EFFORTS)}, or None")
    return str(value)


def check_extra_body(value: Any) -> JsonObject:
    """Return fields to add to every request.

    Raises:
        ConfigurationError: it is no JSON object.
    """
    try:
        canonical_json(value)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"extra_body={value!r} must be a JSON object: {error}") from error
    if value is not None and not isinstance(value, Mapping):
        raise ConfigurationError(f"extra_body={value!r} must be a JSON object")
    return dict(value or {})
