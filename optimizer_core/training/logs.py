"""The numbers that batches, epochs and validations report."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from optimizer_core.budget import Meter
from optimizer_core.data.dataset import Sample
from optimizer_core.errors import ConfigurationError
from optimizer_core.events import SampleResult
from optimizer_core.json_values import JsonObject
from optimizer_core.metrics.base import Metric
from optimizer_core.training.measuring import Answered

#: What logs, and the files that callbacks make of them, call the run's own numbers.
OWN_NAMES = ("reward", "n", "child", "val_reward", "val_n", "epoch", "batch")


def check_names(metrics: Sequence[Metric]) -> None:
    """Look whether logs can tell the metrics apart, from each other and from the run's own numbers.

    Raises:
        ConfigurationError: a name is taken.
    """
    logged = Counter(name for metric in metrics for name in (metric.name, f"val_{metric.name}"))
    way_out = "give it another with name=…, a function with oc.metrics.MeanMetricWrapper(function, name=…)"
    for metric in metrics:
        if metric.name in OWN_NAMES:
            raise ConfigurationError(f"metrics: logs call a number of the run {metric.name!r}, so no metric; {way_out}")
        if logged[metric.name] > 1:
            raise ConfigurationError(f"metrics: logs would call two of them {metric.name!r}; {way_out}")


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
