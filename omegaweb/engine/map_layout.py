"""Where a new point of the map goes: its distances to the points already there decide, and those never move."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating]

#: Points that a new one is measured against: the nearest, which it must lie beside, and some of every age.
NEAREST, SPREAD = 24, 24
#: Improvements of the place; later ones move it by less than a hair.
ROUNDS = 60
#: Directions in which a start is tried from each of the nearest three.
DIRECTIONS = 8
#: Distances below this count as this: equal contents would otherwise outweigh everything else.
LEAST = 1e-3


def place_beside(positions: Array, distances: Array) -> tuple[float, float]:
    """Return the place whose distances to the points on the map are most nearly the wanted ones.

    Near points count more than far ones, by the inverse square of their distance. The first point is the origin, the
    second lies to its right.

    Args:
        positions: of the points on the map, shape (n, 2).
        distances: of the new one to each of them, shape (n,).
    """
    if len(positions) == 0:
        return 0.0, 0.0
    if len(positions) == 1:
        return float(positions[0, 0] + distances[0]), float(positions[0, 1])
    chosen = _landmarks(distances)
    anchors, wanted = positions[chosen], distances[chosen]
    weights = 1.0 / np.maximum(wanted, LEAST) ** 2
    places = _starts(anchors, wanted)
    for _ in range(ROUNDS):
        places = _improved(places, anchors, wanted, weights)
    x, y = places[int(_stress(places, anchors, wanted, weights).argmin())]
    return float(x), float(y)


def _landmarks(distances: Array) -> NDArray[np.intp]:
    nearest = np.argsort(distances, kind="stable")[:NEAREST]
    spread = np.linspace(0, len(distances) - 1, SPREAD).astype(np.intp)
    return np.concatenate([nearest, np.setdiff1d(spread, nearest)])


def _starts(anchors: Array, wanted: Array) -> Array:
    angles = np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS) + np.pi / DIRECTIONS
    rays = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    near = anchors[:3, None, :] + np.maximum(wanted[:3], LEAST)[:, None, None] * rays
    starts: Array = near.reshape(-1, 2)
    return starts


def _improved(places: Array, anchors: Array, wanted: Array, weights: Array) -> Array:
    """Move each place to the weighted mean of where each anchor wants it; the stress never grows (SMACOF)."""
    away = places[:, None, :] - anchors
    lengths = np.maximum(np.linalg.norm(away, axis=2, keepdims=True), 1e-12)
    wishes = anchors + wanted[:, None] * away / lengths
    moved: Array = (weights[:, None] * wishes).sum(axis=1) / weights.sum()
    return moved


def _stress(places: Array, anchors: Array, wanted: Array, weights: Array) -> Array:
    lengths = np.linalg.norm(places[:, None, :] - anchors, axis=2)
    stress: Array = (weights * (lengths - wanted) ** 2).sum(axis=1)
    return stress
