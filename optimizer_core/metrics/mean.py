"""Mean and Sum of plain numbers, and the mean of a reward or function over samples."""

from __future__ import annotations

import logging
import math

from optimizer_core import rewards
from optimizer_core.budget import Meter
from optimizer_core.data.dataset import Sample
from optimizer_core.errors import ConfigurationError, ModelError, ModelOutOfReach, RewardError
from optimizer_core.json_values import JsonObject
from optimizer_core.metrics.base import Metric, Tracker
from optimizer_core.rewards.registry import RewardIdentifier

logger = logging.getLogger(__name__)


class Mean(Tracker):
    """The weighted mean of plain numbers; not for ``compile``, because it takes no targets and outputs.

    Args:
        name: what logs call it.
    """

    def __init__(self, name: str = "mean") -> None:
        super().__init__(name=name)

    def update(self, value: float, weight: float = 1.0) -> None:
        """Take in one number.

        Raises:
            ConfigurationError: the number is not finite, or the weight below 0.
        """
        if not math.isfinite(value) or not 0 <= weight < math.inf:
            raise ConfigurationError(f"{self.name}: value={value!r} must be finite and weight={weight!r} 0 or more")
        self._total += value * weight
        self._weight += weight

    def reset(self) -> None:
        self._total = 0.0
        self._weight = 0.0

    def result(self) -> float:
        return self._total / self._weight if self._weight else 0.0


class Sum(Mean):
    """The weighted sum of plain numbers; not for ``compile``, because it takes no targets and outputs.

    Args:
        name: what logs call it.
    """

    def __init__(self, name: str = "sum") -> None:
        super().__init__(name=name)

    def result(self) -> float:
        return self._total


class MeanMetricWrapper(Metric):
    """The mean over samples of a reward or of a function ``(y_true, y_pred)``.

    A sample that failed, or that could not be judged, counts 0.

    Args:
        fn: a reward, a reward's name or configuration, or a function, sync or async.
        name: what logs call it; the name of the reward or function when left out.

    Raises:
        ConfigurationError: it is none of these.
    """

    def __init__(self, fn: RewardIdentifier, name: str | None = None) -> None:
        reward = rewards.get(fn)
        if reward is None:
            raise ConfigurationError("fn=None must be a reward, a reward's name, or a function (y_true, y_pred)")
        self.reward = reward
        super().__init__(name=name or reward.name)

    def update(self, target: JsonObject | None, output: JsonObject | None) -> None:
        raise ConfigurationError(f"the metric {self.name!r} asks a function or a model; await observe() instead")

    async def observe(self, sample: Sample, output: JsonObject | None, *, meter: Meter) -> None:
        value = 0.0
        if output is not None:
            try:
                value = (await self.reward.judge(sample, output, meter=meter)).reward
            # A metric only watches: what fails for one sample is said, counts 0, and does not end the run.
            except ModelOutOfReach:
                raise
            except (ModelError, RewardError) as error:
                logger.warning("metric %s: sample %s counts 0: %s", self.name, sample.id, error)
        self._mean.update(value)

    def check(self, *, targets: bool) -> None:
        self.reward.check(targets=targets)

    def reset(self) -> None:
        self._mean = Mean()

    def result(self) -> float:
        return self._mean.result()

    def config(self) -> JsonObject:
        return {**super().config(), "fn": rewards.to_json(self.reward)}
