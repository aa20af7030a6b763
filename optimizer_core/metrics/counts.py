"""Hits and misses by field, and the F-scores made of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Keeps denominators from being 0.
EPSILON = 1e-7


@dataclass(slots=True)
class Counts:
    """True positives, false positives and false negatives of one field."""

    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0

    def add(self, true_positives: int, false_positives: int, false_negatives: int) -> None:
        self.true_positives += true_positives
        self.false_positives += false_positives
        self.false_negatives += false_negatives

    @property
    def positives(self) -> int:
        """How many there are in the targets."""
        return self.true_positives + self.false_negatives

    def f_score(self, beta: float) -> float:
        """Return ``(1 + β²) P R / (β² P + R)`` of precision P and recall R (van Rijsbergen 1979)."""
        precision = self.true_positives / (self.true_positives + self.false_positives + EPSILON)
        recall = self.true_positives / (self.true_positives + self.false_negatives + EPSILON)
        return (1 + beta**2) * precision * recall / (beta**2 * precision + recall + EPSILON)


def average_f_score(fields: Sequence[Counts], beta: float, average: str | None) -> float | list[float]:
    """Return the F-scores of all fields, brought together.

    ``macro`` is their plain mean; ``weighted`` weighs each field by its positives; ``micro`` sums the counts first;
    None gives a list, or the number itself where there is one field.
    """
    if not fields:
        return 0.0
    if average == "micro":
        total = Counts()
        for field in fields:
            total.add(field.true_positives, field.false_positives, field.false_negatives)
        return total.f_score(beta)
    scores = [field.f_score(beta) for field in fields]
    if average == "macro":
        return math.fsum(scores) / len(scores)
    if average == "weighted":
        weights = [field.positives for field in fields]
        return math.fsum(w * s for w, s in zip(weights, scores, strict=True)) / max(1, sum(weights))
    return scores[0] if len(scores) == 1 else scores
