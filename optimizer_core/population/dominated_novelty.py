"""Who survives: the laws of competition as plain functions of fitness and distance.

Every function takes the contestants in rank order, fittest first, so that ties are decided by position, and returns
one :class:`Standing` for each, in the same order. "Fitter" always means strictly fitter: contestants of equal fitness
never dominate each other (decision D24).

* :func:`by_radius`   "dns": dominated by anyone fitter within ``1 / k_nearest_fitter``; the law of the seed document.
* :func:`by_novelty`  "dns-rank": the mean distance to the k nearest fitter ones, cut at the size; the law of the paper
  (arXiv 2502.00593).
* :func:`by_fitness`  "ga": the fittest.

The fittest contestant has nobody who could dominate it and infinite novelty, so it survives under every law; the
seed's guard "if all are dominated keep the first" can therefore never be needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating]
#: Distances of the contestants from ``start`` to ``stop`` to the first ``columns``, shape (stop − start, columns).
DistanceRows: TypeAlias = Callable[[int, int, int], Array]

#: Rows of the distance matrix held at once; keeps 10,000 contestants within 40 MB.
BLOCK = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What became of one contestant."""

    kept: bool
    reason: str  # kept: fittest, not_dominated, ranked, only_one; removed: dominated, truncated
    by: int | None = None  # the nearest fitter contestant within the radius
    distance: float | None = None  # to that contestant
    novelty: float | None = None  # mean distance to the k nearest fitter ones; None: nobody is fitter


def dense(matrix: Array) -> DistanceRows:
    """Return the rows of a whole distance matrix."""
    return lambda start, stop, columns: matrix[start:stop, :columns]


def by_radius(fitness: Sequence[float], distances: DistanceRows, *, k_nearest_fitter: int, size: int) -> list[Standing]:
    """Remove who has anyone fitter closer than exactly ``1 / k_nearest_fitter``, then cut at ``size``.

    Args:
        fitness: n values, falling.
        distances: in [0, 1].
        k_nearest_fitter: at least 1. It sets the radius and, for the reported novelty, the number of neighbours.
        size: how many may stay.
    """
    if len(fitness) == 1:
        return [Standing(kept=True, reason="only_one")]
    nearest, near, novelty = _fitter_neighbours(fitness, distances, k_nearest_fitter)
    dominated = near < 1.0 / k_nearest_fitter
    places = np.cumsum(~dominated)
    return [
        Standing(
            kept=False, reason="dominated", by=int(nearest[i]), distance=float(near[i]), novelty=_finite(novelty[i])
        )
        if dominated[i]
        else _placed(i, place=int(places[i]), size=size, reason="not_dominated", novelty=_finite(novelty[i]))
        for i in range(len(fitness))
    ]


def by_novelty(
    fitness: Sequence[float], distances: DistanceRows, *, k_nearest_fitter: int, size: int
) -> list[Standing]:
    """Keep the ``size`` contestants with the highest mean distance to their k nearest fitter ones.

    Nobody fitter means infinite novelty; fewer than k fitter ones are averaged all. Equal novelty is decided by rank.

    Args:
        fitness: n values, falling.
        distances: in [0, 1].
        k_nearest_fitter: at least 1; how many fitter neighbours count.
        size: how many may stay.
    """
    if len(fitness) == 1:
        return [Standing(kept=True, reason="only_one")]
    _, _, novelty = _fitter_neighbours(fitness, distances, k_nearest_fitter)
    by_rank = sorted(range(len(fitness)), key=lambda i: -novelty[i])
    place = {contestant: position for position, contestant in enumerate(by_rank, start=1)}
    return [
        _placed(i, place=place[i], size=size, reason="ranked", novelty=_finite(novelty[i])) for i in range(len(fitness))
    ]


def by_fitness(fitness: Sequence[float], *, size: int) -> list[Standing]:
    """Keep the first ``size`` contestants."""
    if len(fitness) == 1:
        return [Standing(kept=True, reason="only_one")]
    return [_placed(i, place=i + 1, size=size, reason="ranked", novelty=None) for i in range(len(fitness))]


def _placed(index: int, *, place: int, size: int, reason: str, novelty: float | None) -> Standing:
    if place > size:
        return Standing(kept=False, reason="truncated", novelty=novelty)
    return Standing(kept=True, reason="fittest" if index == 0 else reason, novelty=novelty)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _fitter_neighbours(
    fitness: Sequence[float], distances: DistanceRows, k: int
) -> tuple[NDArray[np.intp], Array, Array]:
    """Return index of and distance to the nearest fitter contestant, and the mean distance to the k nearest."""
    values = np.asarray(fitness, dtype=float)
    n = len(values)
    fitter_count = np.searchsorted(-values, -values, side="left")  # how many stand before, ties not counted
    nearest, near, novelty = np.zeros(n, dtype=np.intp), np.full(n, np.inf), np.full(n, np.inf)
    for start in range(0, n, BLOCK):
        stop = min(start + BLOCK, n)
        # In rank order the fitter ones of a row are its first columns.
        columns = int(fitter_count[stop - 1])
        if not columns:
            continue
        counts = fitter_count[start:stop]
        rows = np.where(np.arange(columns) < counts[:, None], distances(start, stop, columns), np.inf)
        nearest[start:stop] = rows.argmin(axis=1)
        near[start:stop] = rows.min(axis=1)
        if columns > k:
            rows.partition(k - 1, axis=1)
        closest = np.sort(rows[:, :k], axis=1)
        used = np.minimum(counts, k)
        sums = np.where(np.isfinite(closest), closest, 0.0).sum(axis=1)
        novelty[start:stop] = np.where(used > 0, sums / np.maximum(used, 1), np.inf)
    return nearest, near, novelty
