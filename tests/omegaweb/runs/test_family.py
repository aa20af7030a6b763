"""The family of a run: who descends from whom, what is shown, and where it is drawn."""

from __future__ import annotations

import pytest

from omegaweb.runs import family as families
from omegaweb.runs.family import family_of
from omegaweb.runs.family_tree import HEIGHT, WIDTH, tree_of
from omegaweb.runs.models import CandidateState, Run
from tests.factories_runs import make_candidate, make_run

pytestmark = pytest.mark.django_db

KEPT, DROPPED, STEP = CandidateState.IN_POPULATION, CandidateState.DROPPED, CandidateState.STEP


@pytest.fixture
def run(alice) -> Run:
    """The best is #3, made of #1 by the step #2; #4 fell behind #1, #5 is its child; #6 combines #3 and #0."""
    run = make_run(alice)
    start = make_candidate(run, state=DROPPED)
    one = make_candidate(run, number=1, parents=(start,), state=DROPPED)
    step = make_candidate(run, number=2, parents=(one,), state=STEP)
    best = make_candidate(run, number=3, parents=(step,), state=KEPT)
    four = make_candidate(run, number=4, parents=(one,), state=DROPPED, fate="fell_behind")
    make_candidate(run, number=5, parents=(four,), state=DROPPED, fate="fell_behind")
    make_candidate(run, number=6, parents=(best,), state=KEPT, operator="crossover").parents.add(start)
    run.best = best
    run.save()
    return run


def numbers(found) -> list[int]:
    return [each.number for each in found]


@pytest.fixture
def folded(monkeypatch):
    monkeypatch.setattr(families, "SHOWN_WHOLE", 3)


def test_steps_are_passed_over_and_counted(run):
    relatives = family_of(run).relatives

    assert 2 not in relatives
    assert (relatives[3].origins, relatives[3].steps, relatives[3].generation) == ([1], 1, 2)
    assert (relatives[6].origins, relatives[6].generation) == ([3, 0], 3)


def test_the_best_path_leads_from_the_start(run):
    assert family_of(run).best_path == [0, 1, 3]


def test_a_small_family_is_shown_whole(run):
    family = family_of(run)
    assert (numbers(family.shown), family.folds) == ([0, 1, 3, 4, 5, 6], [])


def test_of_a_large_one_survivors_and_their_ancestors_are_shown(run, folded):
    family = family_of(run)

    assert numbers(family.shown) == [0, 1, 3, 6]
    (fold,) = family.folds
    assert (fold.below, fold.numbers, fold.label) == (1, [4, 5], "and 2 that fell behind")


def test_a_survivor_brings_all_it_comes_from(run, folded):
    make_candidate(run, number=7, parents=(run.candidates.get(number=5),), state=KEPT)
    assert numbers(family_of(run).shown) == [0, 1, 3, 4, 5, 6, 7]


def test_what_is_folded_is_shown_on_demand(run, folded):
    family = family_of(run, "1")
    assert (numbers(family.shown), family.folds, family.unfolded) == ([0, 1, 3, 4, 5, 6], [], 1)


@pytest.mark.parametrize("asked", ["", "x", "-3", "99"])
def test_what_is_not_folded_cannot_be_unfolded(run, folded, asked):
    assert family_of(run, asked).unfolded is None


def test_the_best_path_is_the_first_row_and_columns_are_generations(run):
    tree = tree_of(family_of(run))
    places = {node.relative.number: (node.x, node.y) for node in tree.nodes}

    assert len({places[number][1] for number in (0, 1, 3)}) == 1
    assert places[0][0] < places[1][0] < places[3][0] < places[6][0]
    assert places[3][0] == places[4][0]


def test_nothing_covers_anything_else(run):
    tree = tree_of(family_of(run))
    corners = [(node.x, node.y) for node in tree.nodes]

    for i, (x, y) in enumerate(corners):
        assert all(abs(x - u) >= WIDTH or abs(y - v) >= HEIGHT for u, v in corners[:i])


def test_a_long_line_of_descent_is_no_deeper_than_the_stack(alice):
    run = make_run(alice)
    parent = make_candidate(run)
    for number in range(1, 41):
        parent = make_candidate(run, number=number, parents=(parent,))
    family = family_of(run)
    assert len({node.y for node in tree_of(family).nodes}) == 1


def test_the_number_of_queries_does_not_grow(run, django_assert_num_queries):
    with django_assert_num_queries(2):
        family_of(run)
