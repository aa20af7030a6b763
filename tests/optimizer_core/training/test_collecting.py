"""Garbage is looked for less often while runs go on, and as before afterwards."""

from __future__ import annotations

import gc

import pytest

from optimizer_core.training.collecting import OBJECTS, collecting_seldom


@pytest.fixture(autouse=True)
def usual():
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_it_is_less_often_until_the_last_run_is_over():
    with collecting_seldom():
        with collecting_seldom():
            assert gc.get_threshold() == (OBJECTS, 10, 10)
        assert gc.get_threshold() == (OBJECTS, 10, 10)
    assert gc.get_threshold() == (700, 10, 10)


def test_it_is_as_before_after_a_run_that_failed():
    with pytest.raises(RuntimeError), collecting_seldom():
        raise RuntimeError
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("chosen", [0, OBJECTS * 2])
def test_whoever_wants_it_never_or_even_less_often_has_it_so(chosen):
    gc.set_threshold(chosen, 10, 10)
    with collecting_seldom():
        assert gc.get_threshold()[0] == chosen
