"""How far candidates are apart by their words."""

from __future__ import annotations

import numpy as np
import pytest

from omegaweb.engine.nearness import distances, packed, unpacked, word_vector
from tests.factories_runs import content_of


def apart(one, other) -> float:
    vectors = np.stack([word_vector(one), word_vector(other)])
    return float(distances(vectors[:1], vectors[1:], by_words=True)[0, 0])


def test_equal_contents_are_at_no_distance():
    content = content_of("Name the team.", [("late bill", "billing")])
    assert apart(content, content) == pytest.approx(0, abs=1e-6)


def test_contents_without_a_common_word_or_example_are_at_the_full_distance():
    one = content_of("Name the team.", [("late bill", "billing")])
    other = content_of("Choose whoever answers!", [("no light", "technical")])
    assert apart(one, other) == pytest.approx(1, abs=0.1)


def test_other_examples_alone_are_half_of_it_and_one_shared_brings_them_nearer():
    shared, one, other = ("late bill", "billing"), ("no light", "technical"), ("refund", "billing")
    bare = content_of("Name the team.", [shared])
    assert apart(bare, content_of("Name the team.", [one])) == pytest.approx(0.5, abs=0.05)
    assert apart(content_of("x", [shared, one]), content_of("x", [shared, other])) < 0.3


def test_opposite_embeddings_are_at_the_full_distance_and_unrelated_ones_at_half():
    vectors = np.array([[1, 0], [-1, 0], [0, 1]], dtype=np.float32)
    assert distances(vectors[:1], vectors, by_words=False)[0].tolist() == [0, 1, 0.5]


def test_a_column_holds_a_vector():
    vectors = np.array([[0.25, -0.5], [1, 0]], dtype=np.float32)
    assert (unpacked(packed(vector) for vector in vectors) == vectors).all()
    assert unpacked([]).shape == (0, 0)
