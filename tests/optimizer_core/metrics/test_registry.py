"""Metrics by name and their way to JSON and back (F120, F121)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from optimizer_core import metrics, rewards
from optimizer_core.errors import ConfigurationError


@pytest.mark.parametrize("name", ["f1_score", "F1Score", "f1score", "F1-SCORE"])
def test_F120_a_name_in_any_spelling(name: str):
    assert type(metrics.get(name)) is metrics.F1Score


def test_F120_what_stands_for_a_metric():
    metric = metrics.F1Score()
    assert metrics.get(None) is None
    assert metrics.get(metric) is metric
    assert isinstance(metrics.get(metrics.Accuracy), metrics.Accuracy)
    assert isinstance(metrics.get(lambda t, p: 1.0), metrics.MeanMetricWrapper)
    assert isinstance(metrics.get(rewards.ExactMatch()), metrics.MeanMetricWrapper)
    configured = metrics.get({"class_name": "fbeta_score", "config": {"beta": 2.0}})
    assert isinstance(configured, metrics.FBetaScore)
    assert configured.beta == 2.0


@pytest.mark.parametrize("identifier", ["f3", "mean", 3, {"class": "x"}])
def test_F120_anything_else_is_refused(identifier: Any):
    with pytest.raises(ConfigurationError, match="metric="):
        metrics.get(identifier)


@pytest.mark.parametrize(
    "metric",
    [
        metrics.F1Score(average="macro", in_mask=["a"], name="mine"),
        metrics.FBetaScore(beta=2.0, out_mask_pattern="x"),
        metrics.BinaryF1Score(threshold=0.7),
        metrics.BinaryFBetaScore(beta=0.5, threshold=0.7),
        metrics.ListF1Score(),
        metrics.ListFBetaScore(beta=2.0),
        metrics.Accuracy(average="macro"),
        metrics.CosineSimilarity("openai/e", in_mask=["a"]),
        metrics.MeanMetricWrapper(rewards.ExactMatch(in_mask=["a"]), name="exact"),
    ],
    ids=lambda metric: metric.name,
)
def test_F121_a_metric_can_be_made_again_from_json(metric: metrics.Metric):
    saved = json.loads(json.dumps(metrics.to_json(metric)))
    again = metrics.get(saved)
    assert again is not None
    assert type(again) is type(metric)
    assert metrics.to_json(again) == saved


def test_F121_an_unregistered_class_says_so():
    class Mine(metrics.F1Score):
        pass

    with pytest.raises(ConfigurationError, match="@register_metric"):
        metrics.to_json(Mine())
