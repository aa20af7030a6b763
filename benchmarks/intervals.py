"""The interval of a ratio that was measured in pairs."""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Sequence

#: Fewer pairs tell nothing of how much chance there is.
LEAST_PAIRS = 2
#: Two-sided 95 % quantiles of Student's t, by the least degrees of freedom they hold for.
T = (
    *((60, 2.01), (30, 2.05), (20, 2.09), (15, 2.14), (11, 2.20), (9, 2.26), (7, 2.36), (6, 2.45)),
    *((5, 2.57), (4, 2.78), (3, 3.18), (2, 4.30), (1, 12.71)),
)


def with_interval(ratios: Sequence[float]) -> tuple[float, float, float]:
    """Return the geometric mean of ratios and its 95 % interval by Student's t over their logarithms."""
    logs = [math.log(ratio) for ratio in ratios]
    middle = statistics.fmean(logs)
    free = len(logs) - 1
    quantile = next((value for least, value in T if free >= least), T[-1][1])
    half = quantile * statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(middle), math.exp(middle - half), math.exp(middle + half)


def print_ratios(what: str, pairs: Sequence[tuple[float, float]]) -> None:
    """Print what was measured in pairs, wall-clock and CPU time, with the load of the machine."""
    load = os.getloadavg()[0]
    for name, ratios in (("wall", [wall for wall, _ in pairs]), ("CPU", [cpu for _, cpu in pairs])):
        middle, low, high = with_interval(ratios)
        print(f"{name}: {what} {middle:.3f} (95 % {low:.3f}–{high:.3f}, {len(pairs)} pairs), load {load:.1f}")
