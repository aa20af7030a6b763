"""A reward: how good one answer is, as a number and, where it can, in words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

from optimizer_core.budget import Meter
from optimizer_core.data.dataset import Sample
from optimizer_core.data.schema import Schema
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
            RewardError: a function it calls failed or gave no finite number.
            BudgetExhausted: the next call would go over the budget.
            RunStopped: the run was asked to stop.
        """

    def check(self, *, targets: bool, outputs: Schema | None = None) -> None:  # noqa: B027 - a hook that may stay empty
        """Raise before any call if it cannot work: no targets, no model, a mask that leaves nothing.

        Args:
            targets: True where the samples have targets.
            outputs: what the program answers, where that is known.

        Raises:
            ConfigurationError: what is missing, and the way out.
        """

    def mismatch(self, target: JsonObject, outputs: Schema) -> str:
        """Return why no answer to a row can score, whatever the program says; empty where one may.

        Args:
            target: of the row.
            outputs: what the program answers.
        """
        return ""

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
