"""Laws that hold for any input: competition, selection, masks, and the way through a file.

Those of schemas stand in tests/optimizer_core/data/.
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optimizer_core as oc
from optimizer_core.data.masks import Mask
from optimizer_core.population.dominated_novelty import by_fitness, by_novelty, by_radius, dense
from optimizer_core.population.selection import SELECTIONS, select, select_many, softmax

LAWS = {
    "dns": by_radius,
    "dns-rank": by_novelty,
    "ga": lambda fitness, rows, *, k_nearest_fitter, size: by_fitness(fitness, size=size),
}
unit = st.floats(0, 1, width=32)
scores = st.lists(unit, min_size=1, max_size=8)


@st.composite
def contests(draw):
    """Fitness, falling and with ties, and symmetric distances in [0, 1]."""
    fitness = sorted(draw(st.lists(st.integers(0, 4), min_size=1, max_size=8)), reverse=True)
    n = len(fitness)
    upper = np.array(draw(st.lists(unit, min_size=n * n, max_size=n * n))).reshape(n, n)
    matrix = np.triu(upper, 1)
    return [value / 4 for value in fitness], matrix + matrix.T, draw(st.integers(1, 12)), draw(st.integers(1, 9))


@pytest.mark.parametrize("law", LAWS)
@given(contest=contests())
def test_the_fittest_stays_nobody_is_lost_and_the_size_is_kept(law, contest):
    fitness, matrix, k, size = contest
    standings = LAWS[law](fitness, dense(matrix), k_nearest_fitter=k, size=size)
    assert len(standings) == len(fitness)
    assert standings[0].kept
    assert 1 <= sum(standing.kept for standing in standings) <= size
    assert all(standing.reason for standing in standings)


@given(contests())
def test_dns_is_the_seed_documents_loop_word_for_word(contest):
    fitness, matrix, k, size = contest
    n = len(fitness)
    free = [
        i for i in range(n)
        if not any(j != i and matrix[i, j] < 1.0 / k and fitness[j] > fitness[i] for j in range(n))
    ]  # fmt: skip
    expected = sorted(free or [0], key=lambda i: -fitness[i])[:size]
    standings = by_radius(fitness, dense(matrix), k_nearest_fitter=k, size=size)
    assert [i for i, standing in enumerate(standings) if standing.kept] == sorted(expected)


@given(contests())
def test_a_clone_never_outlives_the_fitter_original(contest):
    fitness, matrix, k, size = contest
    matrix = matrix.copy()
    matrix[-1, 0] = matrix[0, -1] = 0.0
    standings = by_radius(fitness, dense(matrix), k_nearest_fitter=k, size=size)
    if fitness[-1] < fitness[0]:
        assert not standings[-1].kept


@given(scores, st.floats(0.01, 10))
def test_softmax_is_a_distribution_that_keeps_the_order(values_, temperature):
    probabilities = softmax(values_, temperature)
    assert sum(probabilities) == pytest.approx(1.0)
    for one, p in zip(values_, probabilities, strict=True):
        for other, q in zip(values_, probabilities, strict=True):
            assert one <= other or p >= q
    assert softmax([value + 7 for value in values_], temperature) == pytest.approx(probabilities, abs=1e-6)


@given(scores, st.sampled_from(SELECTIONS), st.floats(0.01, 10), st.integers(0, 99), st.integers(0, 9))
def test_whatever_is_selected_is_there_once_and_the_same_seed_selects_the_same(values_, how, temperature, seed, count):
    def draw():
        rng = random.Random(seed)
        return select(values_, how, temperature=temperature, rng=rng), select_many(
            values_, count, how, temperature=temperature, rng=rng
        )

    one, several = draw()
    assert 0 <= one < len(values_)
    assert len(several) == len(set(several)) == min(count, len(values_))
    assert draw() == (one, several)


NAMES = st.sampled_from(["a", "b", "c", "ab", "a.b", "a_1", "as"])
OBJECTS = st.recursive(
    st.integers() | st.text(max_size=2),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=6,
)


@given(st.dictionaries(NAMES, OBJECTS, max_size=4), st.lists(NAMES, min_size=1, max_size=3, unique=True))
def test_masks_are_exact_keep_whole_fields_and_divide_the_object(value, names):
    top = [name for name in names if "." not in name]
    before = json.dumps(value)
    if top:
        kept, dropped = Mask(in_mask=top).apply(value), Mask(out_mask=top).apply(value)
        assert {**dropped, **kept} == value
        assert kept == {name: item for name, item in value.items() if name in top}
        assert Mask(in_mask=top).apply(kept) == kept
    Mask(in_mask=names, out_mask=names[:1]).apply(value)
    assert json.dumps(value) == before


TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    str.strip
)


@settings(max_examples=40)
@given(TEXTS, TEXTS, st.lists(st.tuples(TEXTS, TEXTS), max_size=3), st.sampled_from([None, "exact_match"]))
def test_saving_and_loading_give_the_same_program(instructions, description, examples, reward):
    text = {"type": "object", "properties": {"t": {"type": "string"}}, "required": ["t"]}
    program = oc.Program(
        oc.ChainOfThought(
            inputs=text,
            outputs=text,
            instructions=instructions,
            examples=[({"t": asked}, {"t": told}) for asked, told in examples],
            name="part",
        ),
        name="whole",
        description=description,
    )
    program.compile(optimizer="omega", reward=reward)
    with tempfile.TemporaryDirectory() as folder:
        program.save(Path(folder) / "p.json")
        again = oc.Program.load(Path(folder) / "p.json")
        again.save(Path(folder) / "q.json")
        assert (Path(folder) / "p.json").read_bytes() == (Path(folder) / "q.json").read_bytes()
    assert again.get_state() == program.get_state()
    assert again.description == description
    assert again.root_module.config() == program.root_module.config()
