"""Which of the ranked candidates is drawn: softmax, best or random."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

SELECTIONS = ("softmax", "best", "random")


def softmax(values: Sequence[float], temperature: float) -> list[float]:
    """Return ``exp((v − max v) / temperature)``, divided by their sum; safe for any size of the values."""
    highest = max(values)
    weights = [math.exp((value - highest) / temperature) for value in values]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def draw(probabilities: Sequence[float], rng: random.Random) -> int:
    """Return one index by its probability, from one random number."""
    point = rng.random() * math.fsum(probabilities)
    reached = 0.0
    for index, probability in enumerate(probabilities):
        reached += probability
        if point < reached:
            return index
    return max(index for index, probability in enumerate(probabilities) if probability > 0)


def select(scores: Sequence[float], how: str, *, temperature: float, rng: random.Random) -> int:
    """Return the index of one score: the first highest, any, or by softmax.

    Args:
        scores: at least one.
        how: one of ``SELECTIONS``.
        temperature: of the softmax, more than 0.
        rng: the source of chance; not touched by "best".
    """
    if how == "best":
        return max(range(len(scores)), key=lambda index: (scores[index], -index))
    if how == "random":
        return rng.randrange(len(scores))
    return draw(softmax(scores, temperature), rng)


def select_many(scores: Sequence[float], count: int, how: str, *, temperature: float, rng: random.Random) -> list[int]:
    """Return ``count`` different indexes; all of them, in order, where there are not more than that.

    The softmax is drawn one after the other, without putting back, and computed anew over what is left, so that even
    a tiny temperature never runs out of candidates.
    """
    indexes = list(range(len(scores)))
    if len(indexes) <= count:
        return indexes
    if how == "best":
        return sorted(indexes, key=lambda index: -scores[index])[:count]
    if how == "random":
        return rng.sample(indexes, count)
    drawn: list[int] = []
    while len(drawn) < count:
        drawn.append(indexes.pop(draw(softmax([scores[index] for index in indexes], temperature), rng)))
    return drawn
