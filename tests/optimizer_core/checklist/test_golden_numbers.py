"""The worked examples of the reference: competition (4.9), distance (4.10), and metrics (5.3)."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer_core.budget import Meter
from optimizer_core.metrics import F1Score, FBetaScore, ListF1Score
from optimizer_core.metrics.tokenizer import normalize_and_tokenize
from optimizer_core.population.distance import CosineDistances
from optimizer_core.population.dominated_novelty import by_novelty, by_radius, dense
from optimizer_core.population.selection import softmax

NAMES, FITNESS = "ABCD", [0.9, 0.8, 0.5, 0.4]
PLACES = np.array([0.0, 0.05, 0.6, 0.62])
LINE = dense(np.abs(PLACES[:, None] - PLACES))


@pytest.mark.parametrize(("k", "survivors"), [(1, "A"), (2, "AC"), (3, "AC"), (5, "AC"), (10, "AC")])
def test_4_9_a_the_radius_law(k, survivors):
    standings = by_radius(FITNESS, LINE, k_nearest_fitter=k, size=10)
    assert "".join(name for name, standing in zip(NAMES, standings, strict=True) if standing.kept) == survivors


@pytest.mark.parametrize(
    ("k", "novelty", "order"),
    [
        (1, [None, 0.05, 0.55, 0.02], "ACBD"),
        (2, [None, 0.05, 0.575, 0.295], "ACDB"),
        (3, [None, 0.05, 0.575, 0.40333], "ACDB"),
        (10, [None, 0.05, 0.575, 0.40333], "ACDB"),
    ],
)
def test_4_9_b_the_rank_law(k, novelty, order):
    standings = by_novelty(FITNESS, LINE, k_nearest_fitter=k, size=10)
    assert [standing.novelty for standing in standings] == [
        None if value is None else pytest.approx(value, abs=1e-4) for value in novelty
    ]
    for size in range(1, 5):
        cut = by_novelty(FITNESS, LINE, k_nearest_fitter=k, size=size)
        assert {name for name, standing in zip(NAMES, cut, strict=True) if standing.kept} == set(order[:size])


class Table:
    """Knows the vectors of some texts."""

    vectors = {"e1": (1.0, 0.0), "e2": (0.0, 1.0), "-e1": (-1.0, 0.0)}  # noqa: RUF012 - read only

    async def embed(self, texts, *, meter):
        return np.array([self.vectors[text] for text in texts])


async def distance(one, other):
    contents = [{"v": {**dict(enumerate_texts(leaves)), "examples": []}} for leaves in (one, other)]
    return (await CosineDistances().rows(contents, Table(), meter=Meter()))(0, 2, 2)


def enumerate_texts(leaves):
    return ((f"field{number}", text) for number, text in enumerate(leaves))


async def test_4_10_the_distance_of_the_worked_pair_by_decision_d2():
    # Means are made unit vectors again, so the newest original's 1 − cos = 0.292893 is halved, and clones are 0 apart.
    matrix = await distance(("e1", "e2"), ("e1",))
    assert matrix[0, 1] == pytest.approx(0.292893 / 2, abs=1e-6)
    assert matrix[0, 0] == matrix[1, 1] == 0.0
    assert (await distance(("e1",), ("-e1",)))[0, 1] == pytest.approx(1.0)


@pytest.mark.parametrize(("k", "cosine"), [(2, 0.0), (5, 0.6), (10, 0.8), (20, 0.9), (50, 0.96)])
def test_4_9_the_radius_means_a_cosine_of_one_minus_two_over_k(k, cosine):
    for cos, dominated in ((cosine + 1e-6, True), (cosine - 1e-6, False)):
        apart = (1 - cos) / 2
        standings = by_radius([1.0, 0.0], dense(np.array([[0, apart], [apart, 0]])), k_nearest_fitter=k, size=2)
        assert standings[1].kept is not dominated


def test_4_8_averages_of_02_and_09_give_09116_and_00884():
    assert softmax([-0.2, -0.9], 0.3) == pytest.approx([0.9116, 0.0884], abs=1e-4)


FIELDS = ({"a": "The cat, sat", "b": "one two three four"}, {"a": "cat sat down", "b": "one two"})
SHORT = (FIELDS[0], {**FIELDS[1], "b": "one"})


@pytest.mark.parametrize(
    ("metric", "pair", "expected"),
    [
        (F1Score(), FIELDS, [0.8, 0.66667]),
        (F1Score(average="macro"), FIELDS, 0.73333),
        (F1Score(average="weighted"), FIELDS, 0.71111),
        (F1Score(average="micro"), FIELDS, 0.72727),
        (F1Score(), SHORT, [0.8, 0.4]),
        (F1Score(average="weighted"), SHORT, 0.53333),
        (FBetaScore(beta=2.0, average="macro"), SHORT, 0.60160),
        (ListF1Score(average="macro"), ({"l": ["a", "b", "c"]}, {"l": ["c", "a"]}), 0.8),
    ],
)
def test_5_3_the_f_scores(metric, pair, expected):
    metric.update(*pair)
    assert metric.result() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "words"), [("3.14", ["314"]), ("-0.5", ["05"]), ("A-team", ["team"]), ("U.S.A.", ["us"]), ("The", [])]
)
def test_5_3_the_tokenizer(text, words):
    assert normalize_and_tokenize(text) == words
