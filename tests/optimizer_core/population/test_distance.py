"""The distance of two candidates: golden numbers, clones, bookkeeping, and each text embedded once."""

from __future__ import annotations

import time

import numpy as np
import pytest

from optimizer_core.budget import Meter
from optimizer_core.errors import ConfigurationError
from optimizer_core.population.distance import CosineDistances, clean_candidate, custom_distances

VECTORS = {"x": (1.0, 0.0), "y": (0.0, 1.0), "-x": (-1.0, 0.0), "nothing": (0.0, 0.0)}


class Embedder:
    def __init__(self, vectors=VECTORS):
        self.vectors, self.asked = vectors, []

    async def embed(self, texts, *, meter):
        self.asked.append(list(texts))
        return np.array([self.vectors[text] for text in texts])


def content(*leaves, examples=()):
    return {"v": {**{f"field{i}": leaf for i, leaf in enumerate(leaves)}, "examples": list(examples)}}


async def distances(*contents, embedder=None):
    rows = await CosineDistances().rows(contents, embedder or Embedder(), meter=Meter())
    return rows(0, len(contents), len(contents))


async def test_the_golden_pair_of_the_reference():
    matrix = await distances(content("x", "y"), content("x"))
    # The mean of (1, 0) and (0, 1) is made a unit vector again, so cos is 0.7071 and d is (1 − cos) / 2.
    assert matrix[0, 1] == pytest.approx((1 - np.sqrt(0.5)) / 2, abs=1e-6)
    assert matrix[0, 0] == 0.0


async def test_opposite_is_one_and_unrelated_is_a_half():
    matrix = await distances(content("x"), content("-x"), content("y"), content("nothing"))
    assert matrix[0] == pytest.approx([0.0, 1.0, 0.5, 0.5])


async def test_clones_are_exactly_zero_apart():
    embedder = Embedder({"a": (0.1, 0.7), "b": (0.3, 0.9)})
    matrix = await distances(content("a", "b"), content("a", "b"), embedder=embedder)
    assert (matrix == 0.0).all()


async def test_examples_count_but_their_rewards_do_not():
    example = {"inputs": {"t": "x"}, "outputs": {"l": "y"}}
    rated = {**example, "reward": 0.5}
    matrix = await distances(content("x"), content("x", examples=[example]), content("x", examples=[rated]))
    assert matrix[0, 1] > 0
    assert matrix[1, 2] == 0.0


async def test_several_variables_are_averaged():
    first = {"a": {"f": "x", "examples": []}, "b": {"f": "x", "examples": []}}
    second = {"a": {"f": "x", "examples": []}, "b": {"f": "-x", "examples": []}}
    assert (await distances(first, second))[0, 1] == pytest.approx(0.5)


async def test_each_text_is_embedded_once_and_numbers_become_texts():
    embedder, measure = (
        Embedder({**VECTORS, "3": (1, 1), "None": (1, 2), "True": (2, 1), "": (0, 1)}),
        CosineDistances(),
    )
    await measure.rows([content("x", 3, None), content("x", True)], embedder, meter=Meter())
    await measure.rows([content("x", 3), content("y"), {"v": {"examples": []}}], embedder, meter=Meter())
    assert embedder.asked == [["x", "3", "None", "True"], ["y", ""]]


async def test_a_distance_function_gets_clean_contents_and_only_fitter_pairs():
    asked = []

    async def distance(c1, c2, embedding_model=None, **kwargs):
        asked.append((c1["field0"], c2["field0"], embedding_model))
        return 0.3

    example = {"inputs": {}, "outputs": {}, "reward": 1.0}
    contents = [content("a"), content("b", examples=[example]), content("c")]
    rows = await custom_distances(contents, [0.9, 0.5, 0.5], distance, "model")
    assert sorted(asked) == [("b", "a", "model"), ("c", "a", "model")]
    assert rows(1, 2, 3)[0, 0] == 0.3
    assert clean_candidate(contents[1])["examples"] == [{"inputs": {}, "outputs": {}}]


async def test_a_distance_function_that_returns_nothing_is_named():
    async def distance(c1, c2, embedding_model=None):
        return None

    with pytest.raises(ConfigurationError, match="returned None"):
        await custom_distances([content("a"), content("b")], [1.0, 0.0], distance, None)


async def test_ten_thousand_candidates_work():
    class Random:
        async def embed(self, texts, *, meter):
            return np.random.default_rng(0).standard_normal((len(texts), 32))

    contents = [content(f"text {i}") for i in range(10_000)]
    began = time.process_time()
    rows = await CosineDistances().rows(contents, Random(), meter=Meter())
    assert rows(9_000, 9_010, 10_000).shape == (10, 10_000)
    assert time.process_time() - began < 5
