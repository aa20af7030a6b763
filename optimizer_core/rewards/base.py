"""A reward: how good one answer is, as a number and, where it can, in words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from optimizer_core.budget import Meter
from optimizer_core.data.dataset import Sample
from optimizer_core.json_values import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A number, higher is better, usually in [0, 1], and what to say about the answer."""

    reward: float
    feedback: str = ""


class Reward(ABC):
    """Scores one answer. A failed sample (no answer) scores 0 and never reaches :meth:`judge`.

    Args:
        name: what logs call it.
    """

    def __init__(self, *, name: str) -> None:
        self.name = name

    @abstractmethod
    async def judge(self, sample: Sample, output: JsonObject, *, meter: Meter) -> Judgement:
        """Return the judgement of ``output`` for ``sample``.

        Raises:
            ModelError: a model it asks gave no usable answer.
            BudgetExhausted: the next call would go over the budget.
            RunStopped: the run was asked to stop.
        """

    def check(self, *, targets: bool) -> None:
        """Raise before any call if it cannot work: no targets, no model.

        Raises:
            ConfigurationError: what is missing, and the way out.
        """

    def config(self) -> JsonObject:
        """Return its settings as JSON, without models' keys."""
        return {"name": self.name}
