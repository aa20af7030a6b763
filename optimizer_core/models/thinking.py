"""A model that reasons by itself is not asked to write its thoughts again; its own trace fills the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer_core.data.by_identity import ByIdentity
from optimizer_core.data.schema import Schema
from optimizer_core.json_values import JsonObject
from optimizer_core.models.prices import price_entry

THINKING = "thinking"


def without_thinking(model: str, schema: Schema | None, settings: Mapping[str, Any]) -> Schema | None:
    """Return the schema to ask for: without its field ``thinking`` where the model reasons by itself."""
    if schema is None or settings.get("reasoning_effort") in (None, "disable"):
        return schema
    fields = schema.properties
    if THINKING not in fields or len(fields) == 1 or not (price_entry(model) or {}).get("supports_reasoning"):
        return schema
    return _rest(schema)


_rest: ByIdentity[Schema] = ByIdentity(
    lambda schema: schema.subset(name for name in schema.properties if name != THINKING)
)


def with_thinking(value: JsonObject, reasoning: str) -> JsonObject:
    """Return the answer with the model's own trace as its first field."""
    return {THINKING: reasoning, **value}
