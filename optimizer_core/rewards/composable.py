"""ComposableReward: several rewards in one number."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import cast

from optimizer_core.budget import Meter
from optimizer_core.data.dataset import Sample
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.rewards.base import Judgement, Reward
from optimizer_core.rewards.judge import weighted_mean
from optimizer_core.rewards.registry import RewardIdentifier, get, register_reward, to_json
from optimizer_core.rewards.weights import check_weights

REDUCTIONS = ("mean", "sum", "min", "max")


@register_reward
class ComposableReward(Reward):
    """Judges by several rewards at once; their feedback is joined, each under its name.

    ``mean`` is ``Σ wᵢ rᵢ / Σ wᵢ``, ``sum`` is ``Σ wᵢ rᵢ``; ``min`` and ``max`` are those of ``wᵢ rᵢ``.

    Args:
        rewards: rewards, or identifiers of rewards, at least one.
        weights: one for each, more than 0; all 1 when left out.
        reduction: "mean", "sum", "min" or "max".
        name: what logs call it.

    Raises:
        ConfigurationError: a value cannot work.
    """

    def __init__(
        self,
        rewards: Sequence[RewardIdentifier],
        weights: Sequence[float] | None = None,
        reduction: str = "mean",
        name: str = "composable_reward",
    ) -> None:
        super().__init__(name=name)
        self.rewards = [reward for reward in map(get, rewards) if reward is not None]
        if not self.rewards or len(self.rewards) < len(rewards):
            raise ConfigurationError(f"rewards={rewards!r} must be one or more rewards, without None")
        if reduction not in REDUCTIONS:
            raise ConfigurationError(f"reduction={reduction!r} must be one of {', '.join(REDUCTIONS)}")
        self.weights = check_weights(weights, len(self.rewards))
        self.reduction = reduction

    def check(self, *, targets: bool, outputs: Schema | None = None) -> None:
        for reward in self.rewards:
            reward.check(targets=targets, outputs=outputs)

    def mismatch(self, target: JsonObject, outputs: Schema) -> str:
        found = [reward.mismatch(target, outputs) for reward in self.rewards]
        return found[0] if all(found) else ""

    async def judge(self, sample: Sample, output: JsonObject, *, meter: Meter) -> Judgement:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(reward.judge(sample, output, meter=meter)) for reward in self.rewards]
        except BaseExceptionGroup as failed:
            # All are asked at once; one error speaks for those that failed together.
            raise failed.exceptions[0] from failed
        judgements = [task.result() for task in tasks]
        said = [f"{r.name}: {j.feedback}" for r, j in zip(self.rewards, judgements, strict=True) if j.feedback]
        return Judgement(reward=self._reduce([j.reward for j in judgements]), feedback="\n".join(said))

    def config(self) -> JsonObject:
        return {
            **super().config(),
            "rewards": [to_json(reward) for reward in self.rewards],
            "weights": self.weights,
            "reduction": self.reduction,
        }

    def _reduce(self, values: Sequence[float]) -> float:
        if self.reduction == "mean":
            return weighted_mean(values, self.weights)
        weighted = [weight * value for weight, value in zip(self.weights, values, strict=True)]
        if self.reduction == "sum":
            return math.fsum(weighted)
        return min(weighted) if self.reduction == "min" else max(weighted)


def combine(rewards: RewardIdentifier | Sequence[RewardIdentifier], weights: Sequence[float] | None) -> Reward | None:
    """Return the one reward that ``compile`` was given, or the weighted mean of several.

    Raises:
        ConfigurationError: weights without several rewards, or another number of them.
    """
    if isinstance(rewards, (list, tuple)):
        return ComposableReward(rewards, weights=weights)
    if weights is not None:
        raise ConfigurationError(f"reward_weights={weights!r} wants a list of rewards, one for each weight")
    return get(cast(RewardIdentifier, rewards))
