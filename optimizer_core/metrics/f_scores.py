"""F-scores of words, of truth values, and of lists of labels."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator
from typing import Any, TypedDict, Unpack

from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject, canonical_json
from optimizer_core.metrics.base import MaskedMetric, check_average
from optimizer_core.metrics.counts import Counts, average_f_score
from optimizer_core.metrics.registry import register_metric
from optimizer_core.metrics.tokenizer import normalize_and_tokenize
from optimizer_core.rewards.leaves import leaf_text, leaves


class MaskSettings(TypedDict, total=False):
    """The masks that every F-score takes; see :class:`~optimizer_core.data.masks.Mask`."""

    in_mask: list[str] | None
    out_mask: list[str] | None
    in_mask_pattern: str | None
    out_mask_pattern: str | None


class FScore(MaskedMetric):
    """Base of the F-scores: hits and misses of each field, gathered over the epoch.

    Args:
        beta: how much more recall weighs than precision.
        average: "macro", "micro", "weighted"; None gives one number for each field.
        name: what logs call it.
        **masks: which fields count.

    Raises:
        TypeError: a keyword is unknown.
        ConfigurationError: a value cannot work.
    """

    def __init__(self, beta: float, average: str | None, name: str, **masks: Unpack[MaskSettings]) -> None:
        number = isinstance(beta, (int, float)) and not isinstance(beta, bool)
        if not number or not 0 < beta < math.inf:
            raise ConfigurationError(f"beta={beta!r} must be a number of more than 0; 1.0 weighs both sides alike")
        self.beta = float(beta)
        self.average = check_average(average)
        super().__init__(name=name, **masks)

    def reset(self) -> None:
        self._counts: dict[str, Counts] = {}

    def result(self) -> float | list[float]:
        return average_f_score(list(self._counts.values()), self.beta, self.average)

    def fields(self) -> list[str]:
        return list(self._counts)

    def config(self) -> JsonObject:
        return {**super().config(), "beta": self.beta, "average": self.average}

    def compare(self, target: JsonObject, output: JsonObject) -> None:
        for field, hits, extra, missed in self.count(target, output):
            self._counts.setdefault(field, Counts()).add(hits, extra, missed)

    @abstractmethod
    def count(self, target: JsonObject, output: JsonObject) -> Iterator[tuple[str, int, int, int]]:
        """Yield field, true positives, false positives, false negatives of one sample."""


@register_metric
class FBetaScore(FScore):
    """The F-score of the words of each field; words that are repeated count as often (a multiset).

    Args:
        beta: how much more recall weighs than precision.
        average: "macro", "micro", "weighted"; None gives one number for each field.
        name: what logs call it.
        **masks: which fields count.
    """

    def __init__(
        self,
        beta: float = 1.0,
        average: str | None = None,
        name: str = "fbeta_score",
        **masks: Unpack[MaskSettings],
    ) -> None:
        super().__init__(beta, average, name, **masks)

    def count(self, target: JsonObject, output: JsonObject) -> Iterator[tuple[str, int, int, int]]:
        expected, got = leaves(target), leaves(output)
        for path in dict.fromkeys([*expected, *got]):
            wanted = Counter(normalize_and_tokenize(leaf_text(expected.get(path))))
            found = Counter(normalize_and_tokenize(leaf_text(got.get(path))))
            hits = (wanted & found).total()
            yield path, hits, found.total() - hits, wanted.total() - hits


@register_metric
class BinaryFBetaScore(FScore):
    """The F-score of truth values, or of numbers that count as true above a threshold.

    A field that is missing counts as false.

    Args:
        beta: how much more recall weighs than precision.
        threshold: numbers above it are true; more than 0 and at most 1.
        average: "macro", "micro", "weighted"; None gives one number for each field.
        name: what logs call it.
        **masks: which fields count.
    """

    def __init__(
        self,
        beta: float = 1.0,
        threshold: float = 0.5,
        average: str | None = None,
        name: str = "binary_fbeta_score",
        **masks: Unpack[MaskSettings],
    ) -> None:
        if isinstance(threshold, bool) or not isinstance(threshold, (int, float)) or not 0 < threshold <= 1:
            raise ConfigurationError(f"threshold={threshold!r} must be a number of more than 0 and at most 1")
        self.threshold = float(threshold)
        super().__init__(beta, average, name, **masks)

    def count(self, target: JsonObject, output: JsonObject) -> Iterator[tuple[str, int, int, int]]:
        expected, got = leaves(target), leaves(output)
        for path in dict.fromkeys([*expected, *got]):
            wanted = self._is_true(path, expected.get(path, False))
            found = self._is_true(path, got.get(path, False))
            yield path, int(wanted and found), int(found and not wanted), int(wanted and not found)

    def config(self) -> JsonObject:
        return {**super().config(), "threshold": self.threshold}

    def _is_true(self, path: str, leaf: Any) -> bool:
        if isinstance(leaf, bool):
            return leaf
        if isinstance(leaf, (int, float)):
            return leaf > self.threshold
        raise ConfigurationError(
            f"{self.name}: the field {path!r} must be true, false or a number, got {leaf!r}; mask it out"
        )


@register_metric
class ListFBetaScore(FScore):
    """The F-score of sets of labels: all leaves of a sample together, without order or repetition.

    Args:
        beta: how much more recall weighs than precision.
        average: "macro", "micro", "weighted" or None; all the same, because the labels are one field.
        name: what logs call it.
        **masks: which fields count.
    """

    def __init__(
        self,
        beta: float = 1.0,
        average: str | None = None,
        name: str = "list_fbeta_score",
        **masks: Unpack[MaskSettings],
    ) -> None:
        super().__init__(beta, average, name, **masks)

    def count(self, target: JsonObject, output: JsonObject) -> Iterator[tuple[str, int, int, int]]:
        wanted, found = _labels(target), _labels(output)
        hits = len(wanted & found)
        yield "labels", hits, len(found) - hits, len(wanted) - hits


def _labels(value: JsonObject) -> set[str]:
    """Return the leaves as canonical JSON, so that 1 and "1" stay apart; an empty list holds no label."""
    return {canonical_json(leaf) for leaf in leaves(value).values() if leaf not in ([], {})}
