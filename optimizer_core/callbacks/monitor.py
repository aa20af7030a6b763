"""A number of the logs, and whether it got better."""

from __future__ import annotations

import logging
import math
import operator
from collections.abc import Callable
from typing import ClassVar

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject

logger = logging.getLogger(__name__)


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
        self._start = start
        self.begin()

    def begin(self) -> None:
        """Forget what an earlier run came to."""
        self.best = self._start
        self._warned = False

    def improved(self, logs: JsonObject) -> bool | None:
        """Return whether the number is the best so far; None where the logs do not have it.

        Logs that should have it are warned of, once a run.
        """
        value = logs.get(self.name)
        if self.name not in logs and not self._may_be_left_out(logs) and not self._warned:
            self._warned = True
            logger.warning("monitor=%r is not in the logs; there are %s", self.name, ", ".join(sorted(logs)))
        if not isinstance(value, (int, float)) or math.isnan(value):
            return None
        if self.best is not None and not self._better(value, self.best + self._step):
            return False
        self.best = float(value)
        return True

    def _may_be_left_out(self, logs: JsonObject) -> bool:
        """Tell whether other logs may have it: an epoch is not always validated, a batch has not always a child."""
        return self.name == "child" or (self.name.startswith("val_") and "val_reward" not in logs)
