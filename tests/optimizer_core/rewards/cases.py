"""Samples and the short way to ask a reward about them."""

from __future__ import annotations

from typing import Any

from optimizer_core.budget import Meter
from optimizer_core.data.dataset import Sample
from optimizer_core.rewards import Judgement, Reward


def sample(target: Any, inputs: Any = None) -> Sample:
    return Sample(id="train-0", inputs=inputs or {"question": "?"}, target=target)


async def judge(
    reward: Reward, target: Any, output: Any, *, inputs: Any = None, meter: Meter | None = None
) -> Judgement:
    return await reward.judge(sample(target, inputs), output, meter=meter or Meter())
