"""Who would survive: the laws of the library, asked for the candidates of a run."""

from __future__ import annotations

import numpy as np
import pytest

from omegaweb.engine.nearness import packed
from omegaweb.engine.rules import Contestant, Measure, survivors
from omegaweb.runs.configuration import OptimizerChoice
from tests.factories_runs import make_run

MEASURE = Measure(rule="dns", nearest=5, size=2, uncertainty=0.25, by_words=False)


def contestant(number: int, mean: float, angle: float, count: int = 100) -> Contestant:
    """One whose vector points in a direction; 0.2 apart are 53 degrees."""
    vector = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))], dtype=np.float32)
    return Contestant(number=number, mean=mean, count=count, vector=packed(vector))


FOUR = [contestant(0, 0.4, 0), contestant(1, 0.9, 10), contestant(2, 0.6, 170), contestant(3, 0.8, 15)]


def kept(rule: str) -> set[int]:
    return {number for number, survival in survivors(FOUR, rule, MEASURE).items() if survival.kept}


def test_each_rule_keeps_others():
    assert kept("dns") == {1, 2}
    assert kept("dns-rank") == {1, 2}
    assert kept("ga") == {1, 3}


def test_the_radius_rule_names_the_nearest_fitter_one_and_its_distance():
    found = survivors(FOUR, "dns", MEASURE)[0]

    assert (found.reason, found.by) == ("dominated", 1)
    assert found.distance == pytest.approx((1 - np.cos(np.radians(10))) / 2, abs=1e-3)


def test_few_rows_are_distrusted():
    two = [contestant(0, 0.80, 0, count=400), contestant(1, 0.85, 5, count=4)]
    assert survivors(two, "dns", MEASURE)[1].by == 0


def test_of_nobody_nobody_survives():
    assert survivors([], "dns", MEASURE) == {}


@pytest.mark.django_db
def test_a_run_is_measured_by_its_own_settings(alice):
    chosen = OptimizerChoice(kind="omega", parameters={"algorithm": "dns-rank", "k_nearest_fitter": 4})
    measure = Measure.of(make_run(alice, configuration={"optimizer": chosen}))
    assert (measure.rule, measure.radius, measure.by_words) == ("dns-rank", 0.25, False)


@pytest.mark.django_db
def test_a_run_that_measures_no_distance_goes_by_words(alice):
    measure = Measure.of(make_run(alice, configuration={"optimizer": OptimizerChoice(kind="random_few_shot")}))
    assert (measure.rule, measure.by_words) == ("ga", True)
