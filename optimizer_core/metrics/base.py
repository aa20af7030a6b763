"""Metrics: numbers about all answers of an epoch, beside the reward that is optimized."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

from optimizer_core.budget import Meter
from optimizer_core.data.dataset import Sample
from optimizer_core.data.masks import Mask
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject

AVERAGES = ("macro", "micro", "weighted")


class Tracker(ABC):
    """Gathers numbers until it is reset.

    Args:
        name: what logs call it.
    """

    def __init__(self, *, name: str) -> None:
        if not isinstance(name, str) or not name:
            raise ConfigurationError(f"name={name!r} must be a text; leave it out for the usual one")
        self.name = name
        self.reset()

    @abstractmethod
    def reset(self) -> None:
        """Forget everything, by new objects, so that clones share nothing."""

    @abstractmethod
    def result(self) -> float | list[float]:
        """Return the number so far, or one for each field; 0.0 where there was nothing yet."""

    def logs(self) -> dict[str, float]:
        """Return the result by the names that logs use."""
        value = self.result()
        if isinstance(value, list):
            return {f"{self.name}/{field}": one for field, one in zip(self.fields(), value, strict=True)}
        return {self.name: value}

    def fields(self) -> list[str]:
        """Return what the numbers of a list are about."""
        return []

    def clone(self) -> Self:
        """Return a fresh one with the same settings."""
        twin = copy.copy(self)
        twin.reset()
        return twin

    def config(self) -> JsonObject:
        """Return the keyword arguments that make it again, as JSON, without models' keys."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        """Make it from what :meth:`config` returned.

        Raises:
            TypeError: a keyword is unknown.
            ConfigurationError: a value cannot work.
        """
        return cls(**config)


class Metric(Tracker):
    """A metric of targets and outputs. A failed sample has no output and counts as zero (decision D16)."""

    @abstractmethod
    def update(self, target: JsonObject | None, output: JsonObject | None) -> None:
        """Take in one answer; ``output`` is None where the sample failed.

        Raises:
            ConfigurationError: the metric has to ask a model or a function, so :meth:`observe` is the way.
        """

    async def observe(self, sample: Sample, output: JsonObject | None, *, meter: Meter) -> None:
        """Take in one answer; what training calls, because a metric may have to ask a model.

        Raises:
            BudgetExhausted: the next call would go over the budget.
            RunStopped: the run was asked to stop.
        """
        self.update(sample.target, output)

    def check(self, *, targets: bool) -> None:
        """Raise before any call if it cannot work.

        Raises:
            ConfigurationError: what is missing, and the way out.
        """
        if not targets:
            raise ConfigurationError(f"the metric {self.name!r} compares with targets, but there are none; give y")


class MaskedMetric(Metric):
    """Base of metrics that compare the masked output with the masked target.

    Args:
        name: what logs call it.
        in_mask, out_mask, in_mask_pattern, out_mask_pattern: see :class:`~optimizer_core.data.masks.Mask`.
    """

    def __init__(
        self,
        *,
        name: str,
        in_mask: Sequence[str] | None = None,
        out_mask: Sequence[str] | None = None,
        in_mask_pattern: str | None = None,
        out_mask_pattern: str | None = None,
    ) -> None:
        self.mask = Mask(
            in_mask=in_mask, out_mask=out_mask, in_mask_pattern=in_mask_pattern, out_mask_pattern=out_mask_pattern
        )
        super().__init__(name=name)

    def update(self, target: JsonObject | None, output: JsonObject | None) -> None:
        self.compare(self.mask.apply(target or {}), self.mask.apply(output or {}))

    @abstractmethod
    def compare(self, target: JsonObject, output: JsonObject) -> None:
        """Count what is equal and what is not; a failed sample comes as an empty output."""

    def config(self) -> JsonObject:
        return {**super().config(), **self.mask.config()}


def check_average(average: str | None) -> str | None:
    """Return how the fields are brought together; None gives one number for each field.

    Raises:
        ConfigurationError: there is no such average.
    """
    if average is not None and average not in AVERAGES:
        raise ConfigurationError(f"average={average!r} must be one of {', '.join(AVERAGES)}, or None")
    return average
