"""Honest numbers: a mean with its 95 % interval, and the difference of two answers to the same samples, tested."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from optimizer_core.json_values import JsonObject

#: Draws of the bootstrap; fixed, with a fixed seed, so that the same rewards always give the same interval.
RESAMPLES = 4000
#: Below this p-value a paired test calls a difference more than chance.
SIGNIFICANT = 0.05
#: Up to so many differing pairs every assignment of signs is tried; of more, DRAWS are drawn.
EXACT_UP_TO = 14
DRAWS = 10_000
_DRAWN_AT_ONCE = 500
_Z = 1.959963984540054  # standard normal quantile at 97.5 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean over ``n`` samples with a 95 % interval."""

    mean: float
    low: float
    high: float
    n: int

    def to_json(self) -> JsonObject:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTest:
    """How likely a difference at least this large is by chance alone, if neither side were better."""

    name: str  # mcnemar or permutation
    p_value: float
    better: int  # pairs that were won
    worse: int  # pairs that were lost
    n: int

    def to_json(self) -> JsonObject:
        return asdict(self)


def mean_interval(rewards: Sequence[float]) -> Interval:
    """Return the mean of rewards in [0, 1] with a 95 % interval.

    Rewards that are all 0 or 1 get Wilson's score interval (Wilson 1927), which stays honest at 0 % and 100 %; others
    the percentile bootstrap with two samples more, one at each end of the range, in the spirit of Agresti and Coull
    (1998): without them equal rewards would give an interval of no width. One or no sample gives the whole range,
    because it tells nothing.
    """
    n = len(rewards)
    if n < 2:
        return Interval(mean=rewards[0] if rewards else 0.0, low=0.0, high=1.0, n=n)
    mean = math.fsum(rewards) / n
    if all(reward in (0.0, 1.0) for reward in rewards):
        low, high = _wilson(mean, n)
    else:
        low, high = _bootstrap(rewards, mean, ends=(0.0, 1.0))
    return Interval(mean=mean, low=low, high=high, n=n)


def paired_difference(before: Sequence[float], after: Sequence[float]) -> Interval:
    """Return the mean of ``after − before`` over the same samples, with a 95 % bootstrap interval.

    Two pairs are added for the interval, one lost and one won completely (see :func:`mean_interval`): a handful of
    pairs that all agree proves little, and it takes five that were lost and are won before 0 is excluded.

    Raises:
        ValueError: the two lists differ in length.
    """
    differences = [b - a for a, b in zip(before, after, strict=True)]
    n = len(differences)
    if n < 2:
        return Interval(mean=differences[0] if differences else 0.0, low=-1.0, high=1.0, n=n)
    mean = math.fsum(differences) / n
    low, high = _bootstrap(differences, mean, ends=(-1.0, 1.0))
    return Interval(mean=mean, low=low, high=high, n=n)


def paired_test(before: Sequence[float], after: Sequence[float]) -> PairedTest:
    """Test two-sided whether one of two answers to the same samples is better.

    Rewards that are all 0 or 1 get McNemar's test in its exact form (McNemar 1947): of the pairs that differ, half
    would be won if chance decided. Others get a permutation test that turns the sign of each difference (Fisher 1935);
    of many differences signs are drawn, and the observed ones count as one draw (Phipson and Smyth 2010), so that no
    p-value is 0.

    Raises:
        ValueError: the two lists differ in length.
    """
    differences = [b - a for a, b in zip(before, after, strict=True)]
    better, worse = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
    if all(reward in (0.0, 1.0) for reward in (*before, *after)):
        name, p_value = "mcnemar", _sign_test(better, worse)
    else:
        name, p_value = "permutation", _permutation([d for d in differences if d])
    return PairedTest(name=name, p_value=p_value, better=better, worse=worse, n=len(differences))


def verdict(difference: Interval, test: PairedTest | None = None) -> str:
    """Return "improved", "worse" or "no_reliable_improvement": the interval must leave out 0, and the test agree."""
    if test is not None and test.p_value >= SIGNIFICANT:
        return "no_reliable_improvement"
    if difference.low > 0:
        return "improved"
    if difference.high < 0:
        return "worse"
    return "no_reliable_improvement"


def _sign_test(better: int, worse: int) -> float:
    pairs = better + worse
    tail = sum(math.comb(pairs, lost) for lost in range(min(better, worse) + 1))
    return min(1.0, 2 * tail / (1 << pairs))


def _permutation(differences: Sequence[float]) -> float:
    data, count = np.asarray(differences, dtype=float), len(differences)
    # Sums of the same numbers in another order differ by rounding, and must count as equal.
    observed = abs(data.sum()) - 1e-9
    if count <= EXACT_UP_TO:
        signs = 1 - 2 * (np.arange(2**count)[:, None] >> np.arange(count) & 1)
        return float(np.mean(np.abs(signs @ data) >= observed))
    random, reached = np.random.default_rng(0), 1
    for _ in range(DRAWS // _DRAWN_AT_ONCE):
        signs = random.integers(0, 2, size=(_DRAWN_AT_ONCE, count), dtype=np.int8) * 2 - 1
        reached += int(np.sum(np.abs(signs @ data) >= observed))
    return reached / (DRAWS + 1)


def _wilson(share: float, n: int) -> tuple[float, float]:
    centre = share + _Z**2 / (2 * n)
    spread = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _bootstrap(values: Sequence[float], mean: float, *, ends: tuple[float, float]) -> tuple[float, float]:
    data = np.asarray([*values, *ends], dtype=float)
    draws = np.random.default_rng(0).integers(0, len(data), size=(RESAMPLES, len(data)))
    low, high = np.quantile(data[draws].mean(axis=1), [0.025, 0.975])
    return min(float(low), mean), max(float(high), mean)
