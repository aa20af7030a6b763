"""A number of the logs, and whether it got better."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import ClassVar

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject


class Monitor:
    """Watches one number of the logs and says when it got better.

    Raises:
        ConfigurationError: the mode is unknown.
    """

    _BETTER: ClassVar[dict[str, Callable[[float, float], bool]]] = {
        "auto": operator.gt,
        "max": operator.gt,
        "min": operator.lt,
    }

    def __init__(self, name: str, *, mode: str = "auto", min_delta: float = 0.0, start: float | None = None) -> None:
        if mode not in self._BETTER:
            raise ConfigurationError(f"mode={mode!r} must be one of {', '.join(self._BETTER)}")
        self.name = name
        self._better = self._BETTER[mode]
        self._step = -min_delta if mode == "min" else min_delta
        self.best = start

    def improved(self, logs: JsonObject) -> bool | None:
        """Return whether the number is the best so far; None where the logs do not have it."""
        value = logs.get(self.name)
        if not isinstance(value, (int, float)) or math.isnan(value):
            return None
        if self.best is not None and not self._better(value, self.best + self._step):
            return False
        self.best = float(value)
        return True
