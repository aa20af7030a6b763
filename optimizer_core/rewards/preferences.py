"""Preferences of people as part of what a judge is told: pairs of answers, of which they picked one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject

_TOLD = (
    "People who know the task compared pairs of answers without knowing whose they were. Score so that an answer which "
    "has what their choices have in common comes out above one that lacks it. Their choices count more than your own "
    "taste, and a right answer they did not pick is still right."
)
_SIDES = ("preferred", "other")


def check_preferences(preferences: Iterable[Any]) -> tuple[JsonObject, ...]:
    """Return the preferences, each ``{"inputs": …, "preferred": …, "other": …}``; ``inputs`` may be left out.

    Raises:
        ConfigurationError: one of them has not both answers, or something else.
    """
    checked = []
    for number, preference in enumerate(preferences):
        known = isinstance(preference, Mapping) and set(preference) <= {"inputs", *_SIDES}
        if not known or not all(isinstance(preference.get(side), Mapping) for side in _SIDES):
            raise ConfigurationError(
                f'preferences[{number}]={preference!r} must be {{"inputs": …, "preferred": {{…}}, "other": {{…}}}}'
            )
        checked.append(dict(preference))
    return tuple(checked)


def taught(instructions: str, preferences: Iterable[JsonObject]) -> str:
    """Return the instructions of a judge with what people preferred behind them."""
    # What people wrote may hold the marks of a placeholder, which it is not.
    told = [json.dumps(preference, ensure_ascii=False).replace("{{", "{ {") for preference in preferences]
    return "\n".join([instructions, "", _TOLD, *told]) if told else instructions
