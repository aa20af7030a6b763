"""A candidate: what every trainable variable of a program holds, and how well it did."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from optimizer_core.json_values import JsonObject, content_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One assignment of all trainable variables, known by its content.

    ``content`` maps the name of each trainable variable to its custom fields plus ``"examples"``. Two candidates with
    equal content are the same candidate, whoever proposed them.
    """

    content: JsonObject
    operator: str  # baseline, seed, mutation, crossover, few_shot, edit, manual
    variable: str = ""  # the variable that was changed; empty for the baseline
    parents: tuple[str, ...] = ()
    reasoning: str = ""
    epoch: int = 0
    batch: int = 0
    evidence: tuple[str, ...] = ()  # ids of the training samples that it was made from
    id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", content_hash(self.content))


@dataclass(slots=True)
class RunningMean:
    """Mean reward of a candidate with the number of samples behind it (decision D10)."""

    mean: float = 0.0
    count: int = 0

    def add(self, reward: float) -> None:
        self.count += 1
        self.mean += (reward - self.mean) / self.count

    def lower_bound(self, uncertainty: float) -> float:
        """Return ``mean − uncertainty / √count``, the score that ranks candidates; 0 uncertainty gives the mean."""
        return self.mean - uncertainty / math.sqrt(max(1, self.count))
