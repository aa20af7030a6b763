"""What the form offers is what the library takes."""

from __future__ import annotations

import inspect

import pytest

from omegaweb.engine.choices import OPTIMIZERS, REWARDS, OptimizerCard, card_of, preset_of
from omegaweb.runs.configuration import RewardChoice, TrainingChoice
from optimizer_core.optimizers.omega import OMEGA
from optimizer_core.optimizers.random_few_shot import RandomFewShot

CLASSES = {"random_few_shot": RandomFewShot, "omega": OMEGA}
#: Models have their own section; the others are code or names.
NOT_OFFERED = {"language_model", "embedding_model", "distance_function", "name", "description"}


@pytest.mark.parametrize("card", OPTIMIZERS, ids=lambda card: card.kind)
def test_defaults_are_those_of_the_library(card: OptimizerCard):
    signature = inspect.signature(CLASSES[card.kind])

    assert card.defaults() == {
        name: parameter.default for name, parameter in signature.parameters.items() if name in card.defaults()
    }
    assert set(signature.parameters) - set(card.defaults()) <= NOT_OFFERED


@pytest.mark.parametrize("card", OPTIMIZERS, ids=lambda card: card.kind)
def test_every_parameter_of_the_seed_document_is_offered(card: OptimizerCard):
    seed_era = {
        "random_few_shot": {
            "nb_min_examples", "nb_max_examples", "sampling", "sampling_temperature", "population_size"
        },
        "omega": {
            "k_nearest_fitter", "population_size", "mutation_temperature", "crossover_temperature",
            "selection_temperature", "reasoning_effort", "merging_rate", "algorithm", "selection", "instructions",
        },
    }  # fmt: skip

    assert seed_era[card.kind] <= set(card.defaults())


@pytest.mark.parametrize("card", OPTIMIZERS, ids=lambda card: card.kind)
def test_every_preset_can_be_built(card: OptimizerCard):
    for preset in card.presets:
        assert set(preset.parameters) <= set(card.defaults())
        CLASSES[card.kind](**{**card.defaults(), **preset.parameters})
        TrainingChoice(**preset.training)


def test_every_option_of_a_choice_is_accepted():
    for card in OPTIMIZERS:
        for parameter in card.parameters:
            for value, _ in parameter.options:
                CLASSES[card.kind](**{parameter.name: value or None})


def test_the_default_reward_is_offered():
    assert RewardChoice().kind in {card.kind for card in REWARDS}


def test_an_unknown_optimizer_or_preset_is_an_error():
    with pytest.raises(KeyError):
        card_of("adam")
    with pytest.raises(KeyError):
        preset_of("omega", "instant")
