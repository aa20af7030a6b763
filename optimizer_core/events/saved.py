"""Events as JSON and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from optimizer_core.events.parts import Removed, SampleResult, Survivor
from optimizer_core.events.vocabulary import KINDS, Event
from optimizer_core.json_values import JsonObject, fields_to_json

_PARTS: dict[str, Callable[[JsonObject], Any]] = {
    "results": SampleResult.from_json,
    "survivors": lambda saved: Survivor(**saved),
    "removed": lambda saved: Removed(**saved),
}


def event_to_json(event: Event) -> JsonObject:
    """Return the event's fields as JSON values, without its kind; what they hold is shared, not copied."""
    payload = fields_to_json(event)
    for name in payload.keys() & _PARTS.keys():
        payload[name] = [fields_to_json(part) for part in payload[name]]
    return payload


def event_from_json(kind: str, payload: JsonObject) -> Event:
    """Build the event again; fields this version does not know are ignored.

    Raises:
        KeyError: the kind is unknown.
    """
    event = KINDS[kind]
    known = {f.name for f in fields(event)}
    values = {name: _revive(name, value) for name, value in payload.items() if name in known}
    revived: Event = event(**values)
    return revived


def _revive(name: str, value: Any) -> Any:
    part = _PARTS.get(name)
    if part is not None:
        return tuple(part(item) for item in value)
    return tuple(value) if isinstance(value, list) else value
