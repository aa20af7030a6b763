"""The numbers that batches, epochs and validations report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from optimizer_core.data.dataset import Sample
from optimizer_core.events import SampleResult
from optimizer_core.json_values import JsonObject
from optimizer_core.training.measuring import Answered

if TYPE_CHECKING:
    from optimizer_core.metrics.base import Metric


def results_of(answered: Iterable[Answered]) -> list[SampleResult]:
    return [outcome.result for _, outcome in answered]


def logs_of(
    results: Sequence[SampleResult], samples: Mapping[str, Sample], metrics: Sequence[Metric], *, prefix: str = ""
) -> JsonObject:
    """Return the mean reward, its ``n``, and every metric over the results; failed samples count.

    Args:
        results: what was answered.
        samples: by id, for their targets.
        metrics: start anew here.
        prefix: "val_" for validation.
    """
    rewards = [result.reward for result in results]
    logs: JsonObject = {f"{prefix}reward": math.fsum(rewards) / len(rewards) if rewards else 0.0, "n": len(rewards)}
    for metric in metrics:
        metric.reset()
        for result in results:
            metric.update(samples[result.sample].target, result.output)
        logs[f"{prefix}{metric.name}"] = metric.result()
    return logs
