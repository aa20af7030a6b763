"""The numbers that batches, epochs and validations report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from optimizer_core.budget import Meter
from optimizer_core.data.dataset import Sample
from optimizer_core.events import SampleResult
from optimizer_core.json_values import JsonObject
from optimizer_core.metrics.base import Metric
from optimizer_core.training.measuring import Answered


def results_of(answered: Iterable[Answered]) -> list[SampleResult]:
    return [outcome.result for _, outcome in answered]


async def logs_of(
    results: Sequence[SampleResult],
    samples: Mapping[str, Sample],
    metrics: Sequence[Metric],
    *,
    meter: Meter,
    prefix: str = "",
) -> JsonObject:
    """Return the mean reward, its ``n``, and every metric over the results; failed samples count.

    Args:
        results: what was answered.
        samples: by id, for their targets.
        metrics: start anew here.
        meter: for metrics that ask a model.
        prefix: "val_" for validation.

    Raises:
        BudgetExhausted: a metric's call would go over the budget.
        RunStopped: the run was asked to stop.
    """
    rewards = [result.reward for result in results]
    logs: JsonObject = {f"{prefix}reward": math.fsum(rewards) / len(rewards) if rewards else 0.0, "n": len(rewards)}
    for metric in metrics:
        metric.reset()
        for result in results:
            await metric.observe(samples[result.sample], result.output, meter=meter)
        logs |= {f"{prefix}{name}": value for name, value in metric.logs().items()}
    return logs
