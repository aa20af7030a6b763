"""Settings of optimizers: defaults, what is refused, what is needed, and the way through JSON."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import optimizer_core as oc
from optimizer_core.errors import ConfigurationError
from optimizer_core.optimizers import OMEGA, RandomFewShot, get, register_distance_function, to_json
from optimizer_core.testing import HashEmbedding, ScriptedModel
from tests.optimizer_core.optimizers.situations import program

SEED_DEFAULTS: dict[Any, dict[str, Any]] = {
    OMEGA: {
        "language_model": None,
        "embedding_model": None,
        "k_nearest_fitter": 5,
        "distance_function": None,
        "population_size": 10,
        "mutation_temperature": 0.3,
        "crossover_temperature": 0.3,
        "selection_temperature": 0.3,
        "reasoning_effort": None,
        "merging_rate": 0.02,
        "algorithm": "dns",
        "selection": "softmax",
        "instructions": None,
        "name": None,
        "description": None,
    },
    RandomFewShot: {
        "nb_min_examples": 1,
        "nb_max_examples": 3,
        "sampling": "softmax",
        "sampling_temperature": 0.3,
        "population_size": 10,
    },
}


@pytest.fixture(autouse=True)
def _no_defaults():
    oc.set_default_language_model(None)
    oc.set_default_embedding_model(None)
    yield
    oc.set_default_language_model(None)
    oc.set_default_embedding_model(None)


@pytest.mark.parametrize("optimizer", SEED_DEFAULTS)
def test_every_parameter_of_the_seed_document_has_its_default(optimizer):
    parameters = inspect.signature(optimizer).parameters
    assert {name: parameters[name].default for name in SEED_DEFAULTS[optimizer]} == SEED_DEFAULTS[optimizer]


@pytest.mark.parametrize("unknown", ["few_shot_learning", "nb_min_examples", "bogus"])
def test_f43_unknown_keywords_are_type_errors(unknown):
    make: Any = OMEGA
    with pytest.raises(TypeError, match=unknown):
        make(**{unknown: 1})


@pytest.mark.parametrize(
    ("optimizer", "settings"),
    [
        (RandomFewShot, {"nb_min_examples": 4}),
        (RandomFewShot, {"nb_min_examples": -1}),
        (RandomFewShot, {"sampling": "worst"}),
        (RandomFewShot, {"sampling_temperature": 0.0}),
        (RandomFewShot, {"population_size": 0}),
        (RandomFewShot, {"reward_uncertainty": -0.1}),
        (OMEGA, {"selection_temperature": 0.0}),
        (OMEGA, {"sampling_temperature": 0.0}),
        (OMEGA, {"mutation_temperature": -1}),
        (OMEGA, {"k_nearest_fitter": 0}),
        (OMEGA, {"population_size": 0}),
        (OMEGA, {"population_size": 2.5}),
        (OMEGA, {"algorithm": "nsga"}),
        (OMEGA, {"selection": "worst"}),
        (OMEGA, {"merging_rate": -0.1}),
        (OMEGA, {"merging_schedule": "sometimes"}),
        (OMEGA, {"reasoning_effort": "enormous"}),
        (OMEGA, {"hard_example_min_observations": 0}),
        (OMEGA, {"distance_function": lambda c1, c2: 0.0}),
        (OMEGA, {"distance_function": "never_registered"}),
        (OMEGA, {"instructions": 5}),
        (OMEGA, {"name": 5}),
        (OMEGA, {"description": 5}),
    ],
)
def test_impossible_values_are_named_at_construction(optimizer, settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        optimizer(**settings)


async def needs_more(c1, c2, scale, embedding_model=None):
    return 0.5


async def takes_contents_only(c1, c2):
    return 0.5


@pytest.mark.parametrize("function", [needs_more, takes_contents_only])
@pytest.mark.parametrize("take", [register_distance_function, lambda function: OMEGA(distance_function=function)])
def test_a_distance_function_that_could_not_be_called_is_refused_where_it_is_taken(take, function):
    with pytest.raises(ConfigurationError, match=rf"{function.__name__}.*c1, c2, embedding_model=None"):
        take(function)


def test_a_temperature_of_zero_is_fine_for_models():
    assert OMEGA(mutation_temperature=0.0, crossover_temperature=0).mutation_temperature == 0.0


def test_f30_models_are_checked_before_any_call_and_found_at_the_time_of_the_run():
    optimizer = OMEGA()
    with pytest.raises(ConfigurationError, match="set_default_language_model"):
        optimizer.check(program())
    oc.set_default_language_model(ScriptedModel([]))
    with pytest.raises(ConfigurationError, match="set_default_embedding_model"):
        optimizer.check(program())
    oc.set_default_embedding_model(HashEmbedding())
    optimizer.check(program())


def test_f33_no_embedding_model_is_needed_without_its_distance():
    async def distance(c1, c2, embedding_model=None, **kwargs):
        return 0.5

    oc.set_default_language_model(ScriptedModel([]))
    OMEGA(algorithm="ga").check(program())
    OMEGA(distance_function=distance).check(program())


def test_an_optimizer_wants_something_to_change():
    with pytest.raises(ConfigurationError, match="no trainable variable"):
        RandomFewShot().check(program.__globals__["Program"](()))
    with pytest.raises(ConfigurationError, match="use OMEGA"):
        RandomFewShot().check(program("v", uses_examples=False))


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [("omega", OMEGA), ("OMEGA", OMEGA), ("random_few_shot", RandomFewShot), ("randomfewshot", RandomFewShot)],
)
def test_string_identifiers_make_an_optimizer_with_its_defaults(identifier, kind):
    made = get(identifier)
    assert type(made) is kind
    assert made.config() == kind().config()


def test_none_and_instances_come_back_unchanged_and_unknown_names_are_named():
    optimizer = RandomFewShot()
    assert get(None) is None
    assert get(optimizer) is optimizer
    with pytest.raises(ConfigurationError, match="'miprov2' is not known; the optimizers are omega"):
        get("miprov2")
    with pytest.raises(ConfigurationError, match="class_name"):
        get({"name": "omega"})


async def my_distance(c1, c2, embedding_model=None, **kwargs):
    return 0.5


def test_every_setting_survives_json():
    register_distance_function(my_distance)
    changed = OMEGA(
        language_model="openai/some-model",
        embedding_model="openai/some-embedding",
        k_nearest_fitter=7,
        distance_function=my_distance,
        population_size=3,
        mutation_temperature=0.5,
        crossover_temperature=0.6,
        selection_temperature=0.7,
        sampling_temperature=0.8,
        reasoning_effort="low",
        merging_rate=0.1,
        merging_schedule="constant",
        algorithm="dns-rank",
        selection="best",
        instructions="Be kind.",
        reward_uncertainty=0.0,
        search="plain",
        example_limit=3,
        proposals_in_flight=2,
        nb_best_predictions=1,
        nb_worst_predictions=7,
        nb_hard_examples=0,
        hard_example_min_observations=3,
        name="mine",
        description="My own.",
    )
    again = get(to_json(changed))
    assert again.config() == changed.config()
    assert isinstance(again, OMEGA)
    assert again.distance_function is my_distance
    assert set(changed.config()) == set(inspect.signature(OMEGA).parameters)
    defaults = OMEGA().config()
    assert [name for name, value in changed.config().items() if value == defaults[name]] == []
