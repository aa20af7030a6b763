"""A score on fixed steps, which models keep to better than to a free number."""

from __future__ import annotations

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject

_MOST_STEPS = 101  # more choices only make a longer schema


def check_score_steps(steps: int) -> int:
    """Return how many scores there are, 0 and 1 included.

    Raises:
        ConfigurationError: it is no whole number from 2 to 101.
    """
    if not isinstance(steps, int) or isinstance(steps, bool) or not 2 <= steps <= _MOST_STEPS:
        raise ConfigurationError(
            f"score_steps={steps!r} must be a whole number from 2 to {_MOST_STEPS}; 21 gives steps of 0.05"
        )
    return steps


def score_schema(steps: int, description: str) -> JsonObject:
    """Return the JSON Schema of a number in [0, 1] on ``steps`` even steps."""
    return {"type": "number", "enum": [round(i / (steps - 1), 4) for i in range(steps)], "description": description}
