"""Vectors as texts for events."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer_core.population.vectors import pack, unpack


def test_a_vector_comes_back_to_three_digits():
    vector = (np.random.default_rng(1).standard_normal(384) / 20).astype(np.float32)

    again = unpack(pack(vector))

    assert again.dtype == np.float32
    assert np.allclose(again, vector, rtol=1e-3, atol=1e-6)


def test_two_thousand_vectors_of_384_numbers_take_two_megabytes():
    assert len(pack(np.zeros(384, dtype=np.float32))) * 2000 < 2.1e6


def test_what_is_no_vector_is_refused_by_name():
    with pytest.raises(ValueError, match="'not a vector' is no packed vector"):
        unpack("not a vector")
    with pytest.raises(ValueError, match="buffer size"):
        unpack("QQ==")  # one byte is half a number
