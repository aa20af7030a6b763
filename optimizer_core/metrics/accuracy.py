"""Accuracy: how much of the words of each field is right."""

from __future__ import annotations

import math
from typing import Any, Unpack

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.metrics.base import MaskedMetric
from optimizer_core.metrics.f_scores import MaskSettings
from optimizer_core.metrics.mean import Mean
from optimizer_core.metrics.registry import register_metric
from optimizer_core.metrics.tokenizer import normalize_and_tokenize
from optimizer_core.rewards.leaves import leaf_text, leaves


@register_metric
class Accuracy(MaskedMetric):
    """The mean over samples of each field's Jaccard index: words in both, divided by words in either.

    For a label of one word it is the share of right labels. A field that only one side has counts 0.

    Args:
        average: "macro" for the mean of all fields; None gives one number for each field.
        name: what logs call it.
        **masks: which fields count.

    Raises:
        TypeError: a keyword is unknown.
        ConfigurationError: a value cannot work.
    """

    def __init__(self, average: str | None = None, name: str = "accuracy", **masks: Unpack[MaskSettings]) -> None:
        if average not in (None, "macro"):
            raise ConfigurationError(f'average={average!r} must be "macro" or None')
        self.average = average
        super().__init__(name=name, **masks)

    def compare(self, target: JsonObject, output: JsonObject) -> None:
        expected, got = leaves(target), leaves(output)
        for path in dict.fromkeys([*expected, *got]):
            both = path in expected and path in got
            self._means.setdefault(path, Mean()).update(_jaccard(expected[path], got[path]) if both else 0.0)

    def reset(self) -> None:
        self._means: dict[str, Mean] = {}

    def result(self) -> float | list[float]:
        values = [mean.result() for mean in self._means.values()]
        if len(values) > 1 and self.average is None:
            return values
        return math.fsum(values) / max(1, len(values))

    def fields(self) -> list[str]:
        return list(self._means)

    def config(self) -> JsonObject:
        return {**super().config(), "average": self.average}


def _jaccard(expected: Any, got: Any) -> float:
    one, other = (set(normalize_and_tokenize(leaf_text(leaf))) for leaf in (expected, got))
    if not one | other:  # nothing but small words and punctuation on both sides
        return float(leaf_text(expected) == leaf_text(got))
    return len(one & other) / len(one | other)
