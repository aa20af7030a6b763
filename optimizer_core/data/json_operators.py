"""Joining answers that may be missing: ``None`` stands for "no answer", as of a branch that was not taken.

=============  ==================  ==================  =============
function       both are there      one is there        none is there
=============  ==================  ==================  =============
json_concat    joined              error               error
json_and       joined              None                None
json_or        joined              that one            None
json_xor       None                that one            None
=============  ==================  ==================  =============

``json_not`` turns an answer into None and None into an empty object, so that ``json_and(a, json_not(b))`` is ``a``
where ``b`` is missing. Where both sides have a field of one name, the second side's is called ``name_1``, or
``name_2`` where that is taken, and so on.
"""

from __future__ import annotations

from optimizer_core.errors import SchemaError
from optimizer_core.json_values import JsonObject


def json_concat(first: JsonObject | None, second: JsonObject | None) -> JsonObject:
    """Return the fields of both.

    Raises:
        SchemaError: one is missing.
    """
    if first is None or second is None:
        raise SchemaError("an answer that is to be joined with another is missing; use json_and or json_or")
    joined = dict(first)
    for name, value in second.items():
        joined[_free_name(name, joined)] = value
    return joined


def json_and(first: JsonObject | None, second: JsonObject | None) -> JsonObject | None:
    """Return the fields of both; None where one is missing."""
    return None if first is None or second is None else json_concat(first, second)


def json_or(first: JsonObject | None, second: JsonObject | None) -> JsonObject | None:
    """Return the fields of whatever is there."""
    if first is None or second is None:
        return second if first is None else first
    return json_concat(first, second)


def json_xor(first: JsonObject | None, second: JsonObject | None) -> JsonObject | None:
    """Return the one that is there; None where both or none are."""
    if first is not None and second is not None:
        return None
    return second if first is None else first


def json_not(value: JsonObject | None) -> JsonObject | None:
    """Return None for an answer, and an empty object where there is none."""
    return {} if value is None else None


def _free_name(name: str, taken: JsonObject) -> str:
    free, number = name, 0
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
