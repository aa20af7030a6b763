"""Where a new point of the map goes: its distances to the points already there decide, and those never move."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating]
Places: TypeAlias = NDArray[np.complexfloating]  # x + iy

#: Points that a new one is measured against: the nearest, which it must lie beside, and some of every age.
NEAREST, SPREAD = 24, 24
#: Directions in which a start is tried from each of the nearest three.
DIRECTIONS = 8
#: Improvements of all starts, and how many of them are taken further: where they lead shows early.
ROUNDS, KEPT = 4, 3
#: Improvements of those at most, and a move after which no more are worth it: half a pixel of a map.
MORE_ROUNDS, HAIR = 50, 1e-3
#: Distances below this count as this: equal contents would otherwise outweigh everything else.
LEAST = 1e-3

_EVENLY = np.arange(SPREAD)
_AROUND = np.exp(1j * (np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS) + np.pi / DIRECTIONS))


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
    # As complex numbers, in which this takes a third of the time: a run waits for it with each proposal.
    anchors, wanted = positions[chosen, 0] + 1j * positions[chosen, 1], distances[chosen]
    weights = 1.0 / np.maximum(wanted, LEAST) ** 2
    shares = weights / weights.sum()
    centre, pull = (anchors * shares).sum(), wanted * shares
    places = _starts(anchors, wanted)
    for _ in range(ROUNDS):
        places = 2 * _improved(places, anchors, centre, pull) - places
    places = places[_stress(places, anchors, wanted, weights).argsort()[:KEPT]]
    for _ in range(MORE_ROUNDS):
        # Twice as far as is asked for: the stress does not grow, and a third of the rounds will do (de Leeuw, Heiser).
        before, places = places, 2 * _improved(places, anchors, centre, pull) - places
        if np.abs(places - before).max() < HAIR:
            break
    places = _improved(places, anchors, centre, pull)
    place = complex(places[int(_stress(places, anchors, wanted, weights).argmin())])
    return place.real, place.imag


def _landmarks(distances: Array) -> NDArray[np.intp]:
    nearest = np.argsort(distances, kind="stable")[:NEAREST]
    spread = _EVENLY * (len(distances) - 1) // (SPREAD - 1)
    # Not numpy's own difference of sets: it loads its masked arrays first, for which a run's first proposal would wait.
    others = set(spread.tolist()).difference(nearest.tolist())
    return np.concatenate([nearest, np.array(sorted(others), dtype=np.intp)])


def _starts(anchors: Places, wanted: Array) -> Places:
    starts: Places = anchors[:3, None] + np.maximum(wanted[:3], LEAST)[:, None] * _AROUND
    return starts.reshape(-1)


def _improved(places: Places, anchors: Places, centre: np.complexfloating, pull: Array) -> Places:
    """Move each place to the weighted mean of where each anchor wants it; the stress never grows (SMACOF).

    Args:
        places: to be moved.
        anchors: what they are measured against.
        centre: the weighted mean of the anchors.
        pull: how far from each anchor a place is wanted, times the share of its weight.
    """
    away = places[:, None] - anchors
    away *= pull / np.maximum(np.abs(away), 1e-12)
    moved: Places = centre + away.sum(axis=1)
    return moved


def _stress(places: Places, anchors: Places, wanted: Array, weights: Array) -> Array:
    lengths = np.abs(places[:, None] - anchors)
    stress: Array = (weights * (lengths - wanted) ** 2).sum(axis=1)
    return stress
