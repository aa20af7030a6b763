"""Each rule of the advice on its edge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from omegaweb.engine.choices import card_of
from omegaweb.runs.advice.answer_rules import ends_early, failing, over_fitted, rate_limited
from omegaweb.runs.advice.given import RULES, advice_about, asked_changes
from omegaweb.runs.advice.measured import Measured
from omegaweb.runs.advice.search_rules import collapsed, held_up, left_out, mends_nothing, stuck

BASE = Measured(optimizer="omega", parameters=card_of("omega").defaults())
PLAIN = Measured(optimizer="random_few_shot", parameters=card_of("random_few_shot").defaults())
STUCK = replace(BASE, proposals=20, since_best=10, calls=1000, calls_at_best=700)
ALIKE = replace(BASE, members=5, novelties=(0.04, 0.04, 0.04), proposals=6)
HELD_UP = replace(STUCK, members=1, waiting=3, best_waiting=0.66)
LEFT_OUT = replace(STUCK, members=1, left_out=3, best_left_out=0.66)
MENDING = replace(BASE, proposals=10, mending_nothing=6)
RIGHT, WRONG = (1.0,), (0.0,)
FITTED = replace(BASE, train=RIGHT * 18 + WRONG * 2, validation=RIGHT * 10 + WRONG * 10)
REFUSED = replace(BASE, answers=100, failed=2, refused=2)
FAILING = replace(BASE, answers=100, failed=10)
ENDING = replace(
    BASE, calls=1000, calls_at_best=800, proposals=9, since_best=2, used={"calls": 0.9}, limits={"calls": 1100.0}
)


@pytest.mark.parametrize(
    ("rule", "fires", "silent"),
    [
        (stuck, STUCK, replace(STUCK, since_best=9)),
        (stuck, STUCK, replace(STUCK, calls_at_best=701)),
        (stuck, replace(STUCK, waiting=1, best=0.7, best_waiting=0.7), replace(STUCK, best=0.7, best_waiting=0.71)),
        (collapsed, ALIKE, replace(ALIKE, novelties=(0.05, 0.05, 0.06))),
        (collapsed, ALIKE, replace(ALIKE, novelties=(0.0, 0.0))),
        (collapsed, replace(BASE, members=2, proposals=10), replace(BASE, members=2, proposals=9)),
        (collapsed, replace(BASE, members=2, proposals=10), replace(BASE, members=3, proposals=10)),
        (collapsed, replace(BASE, members=2, proposals=10), replace(BASE, members=2, competing=1, proposals=10)),
        (held_up, HELD_UP, replace(HELD_UP, waiting=2)),
        (stuck, replace(HELD_UP, waiting=2), HELD_UP),
        (left_out, LEFT_OUT, replace(LEFT_OUT, left_out=2)),
        (stuck, replace(LEFT_OUT, left_out=2), LEFT_OUT),
        (collapsed, replace(LEFT_OUT, left_out=2), LEFT_OUT),
        (collapsed, replace(HELD_UP, waiting=2), HELD_UP),
        (mends_nothing, MENDING, replace(MENDING, mending_nothing=5)),
        (mends_nothing, MENDING, replace(MENDING, proposals=7)),
        (over_fitted, FITTED, replace(FITTED, validation=RIGHT * 15 + WRONG * 5)),
        (over_fitted, FITTED, replace(FITTED, validation=WRONG * 9)),
        (rate_limited, REFUSED, replace(REFUSED, refused=1)),
        (rate_limited, REFUSED, replace(REFUSED, answers=19)),
        (failing, FAILING, replace(FAILING, failed=9)),
        (failing, FAILING, replace(FAILING, refused=1)),
        (ends_early, ENDING, replace(ENDING, used={"calls": 0.89})),
        (ends_early, ENDING, replace(ENDING, calls_at_best=799)),
    ],
)
def test_a_rule_speaks_at_its_edge_and_not_before(rule, fires, silent):
    assert rule(fires) is not None
    assert rule(silent) is None


def test_advice_says_figures_and_offers_the_change():
    advice = stuck(STUCK)

    assert advice is not None
    assert advice.measured == "10 of 20 proposals came after the best so far, and 30 % of 1,000 calls."
    assert advice.query == "set-omega-mutation_temperature=0.6&set-omega-population_size=20"


def test_a_gap_is_told_with_its_interval():
    advice = over_fitted(FITTED)

    assert advice is not None
    assert "0.90 on 20 training rows and 0.50 on 20 validation rows: a gap of 0.40 (95 % 0.14–0.66)" in advice.measured


def test_nothing_measured_means_no_advice():
    assert advice_about(BASE) == []
    assert advice_about(PLAIN) == []


def test_an_optimizer_without_the_parameter_gets_the_words_alone():
    figures = replace(STUCK, optimizer=PLAIN.optimizer, parameters={**PLAIN.parameters, "population_size": None})

    advice = stuck(figures)

    assert advice is not None
    assert advice.changes == ()


def test_what_advice_offers_the_launch_form_takes():
    every = [rule(each) for rule in RULES for each in (STUCK, ALIKE, MENDING, FITTED, REFUSED, FAILING, ENDING)]
    changes = {f"set-{change.field}": str(change.after) for advice in every if advice for change in advice.changes}
    values = {name.removeprefix("set-"): "" for name in changes}

    assert len(changes) >= 7
    assert set(asked_changes(changes, values)) == set(values)


def test_a_link_cannot_choose_where_calls_go():
    asked = {"set-api_base": "http://evil.example", "set-task_typed": "x/y", "set-concurrency": "4"}

    assert asked_changes(asked, dict.fromkeys(("api_base", "task_typed", "concurrency"))) == {"concurrency": "4"}


def test_when_the_search_is_over_nothing_is_promised_of_next_proposals():
    during, after = held_up(HELD_UP), held_up(replace(HELD_UP, has_searched=True))

    assert during is not None
    assert after is not None
    assert "next proposals" in during.meaning
    assert "proposals" not in after.meaning
    assert "can still become the result" in after.meaning
