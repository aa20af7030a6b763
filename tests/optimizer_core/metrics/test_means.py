"""Mean, Sum, MeanMetricWrapper, CosineSimilarity and Accuracy (F93, F94)."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from optimizer_core import rewards
from optimizer_core.budget import Budget, Meter, Role
from optimizer_core.errors import BudgetExhausted, ConfigurationError
from optimizer_core.metrics import Accuracy, CosineSimilarity, Mean, MeanMetricWrapper, Metric, Sum
from tests.optimizer_core.doubles import embedder
from tests.optimizer_core.rewards.cases import sample


async def observed(metric: Metric, *pairs: tuple[Any, Any], meter: Meter | None = None) -> Any:
    for target, output in pairs:
        await metric.observe(sample(target), output, meter=meter or Meter())
    return metric.result()


def test_F93_mean_and_sum_are_weighted():
    mean, total = Mean(), Sum()
    for tracker in (mean, total):
        tracker.update(1.0)
        tracker.update(4.0, weight=2)
    assert mean.result() == 3.0
    assert total.result() == 9.0
    assert mean.clone().result() == 0.0
    with pytest.raises(ConfigurationError, match="value=nan must be finite"):
        mean.update(float("nan"))


async def test_F93_the_mean_of_a_function_over_samples():
    metric = MeanMetricWrapper(lambda y_true, y_pred: y_true == y_pred, name="same")
    assert await observed(metric, ({"a": 1}, {"a": 1}), ({"a": 1}, {"a": 2})) == 0.5
    assert metric.name == "same"
    with pytest.raises(ConfigurationError, match="await observe"):
        metric.update({"a": 1}, {"a": 1})


async def test_D16_failed_samples_count_as_zero():
    assert await observed(MeanMetricWrapper("exact_match"), ({"a": 1}, {"a": 1}), ({"a": 1}, None)) == 0.5


async def test_F93_a_sample_that_cannot_be_judged_counts_0_and_is_said(caplog: pytest.LogCaptureFixture):
    metric = MeanMetricWrapper(lambda y_true, y_pred: y_pred["number"])
    with caplog.at_level(logging.WARNING):
        assert await observed(metric, ({}, {"number": 1}), ({}, {})) == 0.5
    assert "sample train-0 counts 0" in caplog.text


async def test_F93_cosine_similarity_is_the_mean_of_the_reward():
    model, _ = embedder({"east": (1.0, 0.0), "north": (0.0, 1.0)})
    metric, meter = CosineSimilarity(model, in_mask=["a"]), Meter()
    pairs = [({"a": "east"}, {"a": "east", "b": "x"}), ({"a": "east"}, {"a": "north"})]
    assert await observed(metric, *pairs, meter=meter) == pytest.approx(0.75)
    assert meter.by_role[Role.EMBEDDING].calls == 1


async def test_a_spent_budget_is_not_a_zero():
    model, _ = embedder({"east": (1.0, 0.0), "north": (0.0, 1.0), "west": (1.0, 1.0)})
    meter = Meter(Budget(calls=1))
    metric = CosineSimilarity(model)
    await metric.observe(sample({"a": "east"}), {"a": "north"}, meter=meter)
    with pytest.raises(BudgetExhausted):
        await metric.observe(sample({"a": "west"}), {"a": "north"}, meter=meter)


async def test_F94_accuracy_is_the_share_of_right_words():
    assert await observed(Accuracy(), ({"a": "x"}, {"a": "x"}), ({"a": "x"}, {"a": "y"})) == 0.5
    assert await observed(Accuracy(), ({"a": "x y"}, {"a": "y z"})) == pytest.approx(1 / 3)
    assert await observed(Accuracy(), ({"a": "x", "b": "y"}, {"a": "x"})) == [1.0, 0.0]
    assert await observed(Accuracy(average="macro"), ({"a": "x", "b": "y"}, {"a": "x"})) == 0.5
    assert await observed(Accuracy(), ({"a": "x"}, {"a": "x"}), ({"a": "x"}, None)) == 0.5
    assert await observed(Accuracy(), ({"a": "the"}, {"a": "the"}), ({"a": "the"}, {"a": "of"})) == 0.5
    with pytest.raises(ConfigurationError, match="average='micro'"):
        Accuracy(average="micro")


def test_what_cannot_work_is_found_before_any_call():
    with pytest.raises(ConfigurationError, match="give y"):
        MeanMetricWrapper("exact_match").check(targets=False)
    with pytest.raises(ConfigurationError, match="fn=None"):
        MeanMetricWrapper(None)
    MeanMetricWrapper(rewards.FunctionReward(lambda t, p: 1.0)).check(targets=False)
