"""The arithmetic of the estimate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from omegaweb.engine.choices import OMEGA
from omegaweb.engine.estimate import estimate
from omegaweb.engine.workload import Sizes, Span
from omegaweb.runs.configuration import (
    BudgetChoice,
    ModelChoice,
    OptimizerChoice,
    RewardChoice,
    RunConfiguration,
    TrainingChoice,
)
from optimizer_core.training.holdback import SHARE_AFTER_A_RACE
from optimizer_core.training.racing.sizes import USUAL_SPREAD, race_size

DEFINITION = {
    "name": "Triage",
    "description": "",
    "instruction": "Read {{text}}.",
    "style": "direct",
    "input_fields": [{"name": "text", "description": ""}],
    "output_fields": [{"name": "label", "type": "choice", "choices": ["a", "b"], "description": ""}],
    "seed_instructions": [],
}
TRAINING = TrainingChoice(epochs=2, batch_size=8, minibatch_size=10, concurrency=4)
CONFIGURATION = RunConfiguration(program=DEFINITION, training=TRAINING)
SIZES = Sizes(train=40, validation=50, test=60)
#: Rows of a race as it begins, with minibatches of 10.
RACE = race_size(USUAL_SPREAD, 0.0, chunk=10)
RACING = OptimizerChoice(kind="omega", parameters={"algorithm": "ga"})


def test_the_formula_of_the_docstring():
    found = estimate(CONFIGURATION, SIZES)

    # 5 batches an epoch, 2 epochs; baseline 50, test 2·60; 8 + 10 rows a proposal, 10 more where parents are new.
    assert found.proposals == Span(low=10, high=10)
    assert found.proposals_wanted == 10
    assert found.fixed_calls == 50 + 2 * 60
    assert found.calls.low == 170 + 10 * (8 + 10)
    assert found.calls.high == 170 + 10 * (8 + 2 * 10) + 3 * 50
    assert found.ends_by == "epochs"


def test_each_seed_instruction_is_scored_like_the_baseline():
    seeded = replace(CONFIGURATION, program={**DEFINITION, "seed_instructions": ["One.", "Two."]})

    assert estimate(seeded, SIZES).fixed_calls == 3 * 50 + 2 * 60


def test_a_minibatch_is_never_larger_than_the_validation_split():
    small = Sizes(train=40, validation=4, test=60)

    assert estimate(CONFIGURATION, small).calls_each == Span(low=8 + 4, high=8 + 2 * 4)


def test_the_plain_omega_asks_its_proposer_once_a_proposal():
    few_shot = estimate(CONFIGURATION, SIZES)
    omega = estimate(
        replace(CONFIGURATION, optimizer=replace(RACING, parameters={"algorithm": "ga", "search": "plain"})), SIZES
    )

    assert omega.calls.low == few_shot.calls.low + 10
    assert not omega.is_rough


def test_a_race_scores_its_baseline_on_the_rows_of_a_race():
    found = estimate(replace(CONFIGURATION, optimizer=RACING), SIZES)

    # A proposal that mends nothing: 13 answers and 1 rewriting; one that does: 4 · (19 + 1) and its race.
    whole = 80 + RACE
    assert found.fixed_calls == RACE + 2 * 60
    assert found.calls_each.low == pytest.approx(14 + 0.15 * (whole - 14))
    assert found.calls_each.high == pytest.approx(14 + 0.85 * (whole - 14))
    assert found.calls.low == pytest.approx(RACE + 120 + 10 * found.calls_each.low)
    assert found.calls.high == pytest.approx(RACE + 120 + 10 * found.calls_each.high + 3 * 50)
    assert found.is_rough


def test_a_race_is_never_longer_than_the_validation_split():
    assert estimate(replace(CONFIGURATION, optimizer=RACING), replace(SIZES, validation=12)).fixed_calls == 12 + 120


def test_of_a_race_with_a_budget_a_share_is_held_back_for_the_finalists():
    endless = replace(CONFIGURATION, optimizer=RACING, training=replace(TRAINING, epochs=None))
    found = estimate(replace(endless, budget=BudgetChoice(calls=1500)), SIZES)

    assert found.proposals.low == int((1500 - RACE - 120) * (1 - SHARE_AFTER_A_RACE) / found.calls_each.high)
    assert found.proposals.high == int((1500 - RACE - 120) * (1 - SHARE_AFTER_A_RACE) / found.calls_each.low)
    assert found.calls.high <= 1500


@pytest.mark.parametrize("preset", OMEGA.presets, ids=lambda preset: preset.name)
def test_every_preset_of_omega_buys_a_search(preset):
    configuration = replace(
        CONFIGURATION,
        optimizer=RACING,
        training=replace(TRAINING, **preset.training),
        budget=BudgetChoice(calls=preset.calls),
    )

    found = estimate(configuration, SIZES)
    assert found.proposals.low >= 3
    assert found.notices == ()


def test_a_test_that_would_take_more_than_half_is_paid_in_part_and_said_so():
    large = replace(SIZES, test=400)
    found = estimate(replace(CONFIGURATION, optimizer=RACING, budget=BudgetChoice(calls=RACE + 800)), large)

    assert found.test_paid == 0.5
    assert found.proposals.low == int(400 * 0.92 / found.calls_each.high)
    assert [notice.title for notice in found.notices] == ["Not all 400 test rows are paid"]
    assert "about 200 rows" in found.notices[0].text


def test_a_judge_doubles_the_calls():
    plain = estimate(CONFIGURATION, SIZES)
    judged = estimate(replace(CONFIGURATION, reward=RewardChoice(kind="judge")), SIZES)

    assert judged.calls.low == 2 * plain.calls.low
    assert judged.fixed_calls == 2 * plain.fixed_calls


def test_what_a_judge_is_shown_of_picks_is_read_with_every_answer():
    pair = {"inputs": {"text": "x" * 400}, "preferred": {"label": "a"}, "other": {"label": "b"}}
    plain, taught = (
        estimate(replace(CONFIGURATION, reward=RewardChoice(kind="judge", preferences=pairs)), SIZES)
        for pairs in ((), (pair,))
    )

    assert taught.calls == plain.calls
    assert taught.tokens.low > plain.tokens.low + plain.calls.low / 2 * 100


def test_a_budget_of_calls_limits_the_proposals():
    limited = replace(CONFIGURATION, budget=BudgetChoice(calls=170 + 4 * 28))
    found = estimate(limited, SIZES)

    assert found.proposals == Span(low=4, high=6)
    assert found.ends_by == "calls"
    assert found.calls.high <= 170 + 4 * 28


def test_a_budget_that_does_not_bind_changes_nothing():
    found = estimate(replace(CONFIGURATION, budget=BudgetChoice(calls=100_000)), SIZES)

    assert found.ends_by == "epochs"
    assert found.proposals == Span(low=10, high=10)


def test_without_epochs_the_budget_decides():
    endless = replace(CONFIGURATION, training=replace(TRAINING, epochs=None), budget=BudgetChoice(calls=170 + 28 * 30))

    assert estimate(endless, SIZES).proposals == Span(low=30, high=46)


@pytest.mark.parametrize("limit", ["tokens", "cost", "minutes"])
def test_every_kind_of_limit_can_be_the_tightest(limit: str):
    limits = {
        "tokens": BudgetChoice(calls=1_000_000, tokens=80_000),
        "cost": BudgetChoice(calls=1_000_000, cost=0.012),
        "minutes": BudgetChoice(calls=1_000_000, minutes=1.2),
    }
    limited = replace(
        CONFIGURATION,
        models=ModelChoice(task="openai/gpt-4o-mini"),
        budget=limits[limit],
    )
    found = estimate(limited, SIZES)

    assert found.ends_by == limit
    assert 0 < found.proposals.low < 10


def test_the_built_in_model_is_free_and_a_listed_one_is_priced():
    assert estimate(CONFIGURATION, SIZES).free
    priced = estimate(replace(CONFIGURATION, models=ModelChoice(task="openai/gpt-4o-mini")), SIZES)

    assert not priced.free
    assert priced.cost is not None
    assert 0 < priced.cost.low < priced.cost.high < 1


def test_the_built_in_model_takes_its_time_where_it_composes():
    omega = replace(CONFIGURATION, optimizer=RACING)
    direct = estimate(omega, SIZES)
    by_another = estimate(replace(omega, models=ModelChoice(proposer="openai/gpt-4o-mini")), SIZES)
    thinking = estimate(replace(omega, program={**DEFINITION, "style": "step_by_step"}), SIZES)

    assert direct.proposals == Span(low=10, high=10)
    # 350 tokens for each rewriting, 50 a second; 120 more where the program thinks first.
    assert direct.seconds.high - by_another.seconds.high > 6 * 10
    assert thinking.seconds.low > direct.seconds.low + 2 * direct.calls.low * 0.9


def test_time_is_spent_on_rewritings_as_well():
    endless = replace(CONFIGURATION, training=replace(TRAINING, epochs=None), budget=BudgetChoice(minutes=10))
    plain = OptimizerChoice(kind="omega", parameters={"search": "plain"})

    rewriting = estimate(replace(endless, optimizer=plain), SIZES).proposals
    assert 0 < rewriting.high < estimate(endless, SIZES).proposals.low


def test_money_that_only_the_proposer_takes_is_a_limit():
    models, budget = ModelChoice(proposer="openai/gpt-4o-mini"), BudgetChoice(cost=0.002)
    endless = replace(CONFIGURATION, training=replace(TRAINING, epochs=None), optimizer=RACING)

    found = estimate(replace(endless, models=models, budget=budget), SIZES)
    assert found.ends_by == "cost"
    assert found.proposals.high > 0


def test_an_embedding_model_that_judges_is_asked_for_each_answer():
    alike = estimate(replace(CONFIGURATION, reward=RewardChoice(kind="similarity")), SIZES)

    assert alike.fixed_calls == 2 * (50 + 2 * 60)


def test_an_unknown_price_is_said_and_not_guessed():
    found = estimate(replace(CONFIGURATION, models=ModelChoice(task="someone/unheard-of")), SIZES)

    assert found.cost is None
    assert found.unpriced == ("someone/unheard-of",)


def test_a_limit_in_money_buys_nothing_that_has_no_price():
    endless = replace(CONFIGURATION, training=replace(TRAINING, epochs=None), budget=BudgetChoice(cost=1.0))
    found = estimate(replace(endless, models=ModelChoice(task="someone/unheard-of")), SIZES)

    assert found.proposals == Span(low=0, high=0)


@pytest.mark.parametrize(
    ("models", "budget", "is_tested"),
    [
        (ModelChoice(task="openai/gpt-4o-mini"), BudgetChoice(minutes=60), True),  # tokens
        (ModelChoice(proposer="openai/gpt-4o-mini"), BudgetChoice(calls=100), True),  # cost
        (ModelChoice(), BudgetChoice(calls=500), False),  # seconds
    ],
)
def test_the_least_is_never_more_than_the_most(models: ModelChoice, budget: BudgetChoice, is_tested: bool):
    training = replace(TRAINING, epochs=None)
    race = replace(CONFIGURATION, optimizer=RACING, training=training, test_at_end=is_tested)
    found = estimate(replace(race, models=models, budget=budget), SIZES)

    for span in (found.calls, found.tokens, found.cost, found.seconds):
        assert span is not None
        assert span.low <= span.high
    assert found.calls.high > 0


def test_few_proposals_and_few_rows_are_warned_of():
    found = estimate(replace(CONFIGURATION, budget=BudgetChoice(calls=40)), Sizes(train=40, validation=12, test=9))
    titles = [notice.title for notice in found.notices]

    assert titles == ["This buys no proposal", "Too few rows for a sure number"]
    assert "validation has 12 rows" in found.notices[1].text.lower()
    assert "test has 9 rows" in found.notices[1].text


def test_a_sound_run_has_no_notices():
    assert estimate(CONFIGURATION, SIZES).notices == ()
