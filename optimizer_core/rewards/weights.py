"""Weights of rewards that are made of several numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optimizer_core.errors import ConfigurationError


def check_weights(weights: Sequence[float] | None, count: int) -> list[float]:
    """Return one weight for each part; all 1 where none are given.

    Raises:
        ConfigurationError: another number of weights, or one that is not more than 0.
    """
    given = [1.0] * count if weights is None else list(weights)
    if len(given) != count or not all(_positive(weight) for weight in given):
        raise ConfigurationError(f"weights={weights!r} must be {count} numbers of more than 0, one for each part")
    return [float(weight) for weight in given]


def _positive(weight: object) -> bool:
    number = isinstance(weight, (int, float)) and not isinstance(weight, bool)
    return number and math.isfinite(weight) and weight > 0  # type: ignore[arg-type, operator]
