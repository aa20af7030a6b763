"""Places on the map: steady, and near what is alike."""

from __future__ import annotations

import numpy as np
import pytest

from omegaweb.engine.map_layout import place_beside


def grow(points: np.ndarray) -> np.ndarray:
    """Place points one after the other by their true distances."""
    placed = np.zeros((0, 2))
    for index, point in enumerate(points):
        apart = np.linalg.norm(points[:index] - point, axis=1)
        placed = np.concatenate([placed, [place_beside(placed, apart)]])
    return placed


def distances(points: np.ndarray) -> np.ndarray:
    apart: np.ndarray = np.linalg.norm(points[:, None] - points[None], axis=2)
    return apart


def test_the_first_is_the_origin_and_the_second_lies_at_its_distance():
    assert place_beside(np.zeros((0, 2)), np.zeros(0)) == (0.0, 0.0)
    assert place_beside(np.zeros((1, 2)), np.array([0.3])) == (0.3, 0.0)


def test_what_lies_in_a_plane_keeps_its_distances():
    points = np.random.default_rng(2).uniform(size=(60, 2))

    assert np.abs(distances(grow(points)) - distances(points)).max() < 0.02


def test_of_many_dimensions_the_near_ones_stay_near():
    rng = np.random.default_rng(3)
    centres = rng.standard_normal((4, 50))
    groups = np.repeat(np.arange(4), 10)
    points = centres[groups] + rng.standard_normal((40, 50)) * 0.05
    order = rng.permutation(40)
    drawn, group = distances(grow(points[order])), groups[order]
    np.fill_diagonal(drawn, np.inf)

    assert all(group[index] == group[row.argmin()] for index, row in enumerate(drawn))


def test_equal_contents_lie_on_one_place():
    placed = np.array([[0.0, 0.0], [0.4, 0.0], [0.1, 0.3]])

    x, y = place_beside(placed, np.array([0.4, 0.0, 0.424]))

    assert [x, y] == pytest.approx([0.4, 0.0], abs=0.01)
