"""Metrics: numbers about all answers of an epoch, beside the reward that is optimized.

* ``base``               Tracker, Metric, MaskedMetric
* ``f_scores``           of words, of truth values, of lists of labels; ``counts`` and ``tokenizer`` below them
* ``f1_scores``          the same with beta 1
* ``accuracy``           the share of right words
* ``mean``               of numbers, and of a reward or function over samples
* ``cosine_similarity``  close in meaning, by embeddings
* ``registry``           all of them by name
"""

from __future__ import annotations

from optimizer_core.metrics.accuracy import Accuracy
from optimizer_core.metrics.base import Metric, Tracker
from optimizer_core.metrics.cosine_similarity import CosineSimilarity
from optimizer_core.metrics.f1_scores import BinaryF1Score, F1Score, ListF1Score
from optimizer_core.metrics.f_scores import BinaryFBetaScore, FBetaScore, ListFBetaScore
from optimizer_core.metrics.mean import Mean, MeanMetricWrapper, Sum
from optimizer_core.metrics.registry import get, register_metric, to_json

__all__ = [
    "Accuracy",
    "BinaryF1Score",
    "BinaryFBetaScore",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "ListF1Score",
    "ListFBetaScore",
    "Mean",
    "MeanMetricWrapper",
    "Metric",
    "Sum",
    "Tracker",
    "get",
    "register_metric",
    "to_json",
]
