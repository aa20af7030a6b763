"""Checklist, rows F30 to F51 and F64: OMEGA, its laws on their own and in runs of the seed era's loop."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest

import optimizer_core as oc
from optimizer_core.budget import Meter
from optimizer_core.errors import ConfigurationError, ModelUnavailable
from optimizer_core.operators.crossover import crossover_probability
from optimizer_core.optimizers import OMEGA
from optimizer_core.population.dominated_novelty import by_novelty, by_radius, dense
from optimizer_core.population.selection import select, softmax
from optimizer_core.testing import HashEmbedding, ScriptedModel
from tests.optimizer_core.checklist.runs import defaults, omega
from tests.optimizer_core.optimizers.situations import population, program, situation
from tests.optimizer_core.training.cases import START, add_a_rule, make_program, run


@pytest.fixture
def no_defaults():
    yield
    oc.set_default_language_model(None)
    oc.set_default_embedding_model(None)


def proposed(recorder, *operators):
    return [event for event in recorder.of("candidate.proposed") if event.operator in operators]


async def test_f030_the_default_models_are_used_where_none_is_given(no_defaults):
    assert defaults(OMEGA, "language_model", "embedding_model") == (None, None)
    optimizer = OMEGA(search="plain")
    with pytest.raises(ConfigurationError, match="language model"):
        await run(optimizer=optimizer)
    oc.set_default_language_model(ScriptedModel(add_a_rule))
    with pytest.raises(ConfigurationError, match="embedding model"):
        await run(optimizer=optimizer)
    oc.set_default_embedding_model(HashEmbedding())
    _, recorder = await run(optimizer=optimizer, epochs=1)
    assert proposed(recorder, "mutation")


async def test_f031_instructions_stand_before_the_optimizers_own_prompt():
    assert defaults(OMEGA, "instructions") == (None,)
    model = ScriptedModel(add_a_rule)
    await run(optimizer=omega(language_model=model, instructions="Focus on edge cases."), epochs=1)
    assert model.requests[0].messages[0]["content"].startswith("Focus on edge cases.")


def test_f032_k_nearest_fitter_is_5_and_the_radius_exactly_one_over_it():
    assert defaults(OMEGA, "k_nearest_fitter") == (5,)
    for k in (1, 2, 5, 10):
        for distance, dominated in ((1 / k, False), (np.nextafter(1 / k, 0), True)):
            matrix = np.array([[0.0, distance], [distance, 0.0]])
            standings = by_radius([0.9, 0.5], dense(matrix), k_nearest_fitter=k, size=9)
            assert [standing.kept for standing in standings] == [True, not dominated]
    with pytest.raises(ConfigurationError, match="k_nearest_fitter=0"):
        OMEGA(k_nearest_fitter=0)


async def test_f033_a_distance_function_of_ones_own_needs_no_embedding_model():
    assert defaults(OMEGA, "distance_function") == (None,)
    asked = []

    async def distance(c1, c2, embedding_model=None, **kwargs):
        asked.append((sorted(c1), embedding_model))
        return 1.0

    optimizer = OMEGA(language_model=ScriptedModel(add_a_rule), distance_function=distance, search="plain")
    _, recorder = await run(optimizer=optimizer, epochs=1)
    assert asked
    assert set(map(str, asked)) == {"(['examples', 'instructions'], None)"}
    assert recorder.of("run.finished")[0].status == "completed"

    def blocking(c1, c2, embedding_model=None):
        return 1.0

    with pytest.raises(ConfigurationError, match="async"):
        OMEGA(distance_function=blocking)


async def test_f034_population_size_is_10():
    assert defaults(OMEGA, "population_size") == (10,)
    _, recorder = await run(optimizer=omega(population_size=2, algorithm="ga"), epochs=3)
    assert [len(e.survivors) for e in recorder.of("population.updated")][-1] == 2
    with pytest.raises(ConfigurationError, match="population_size=0"):
        OMEGA(population_size=0)


async def test_f035_f036_each_operator_asks_with_its_own_temperature():
    assert defaults(OMEGA, "mutation_temperature", "crossover_temperature") == (0.3, 0.3)
    of = program()
    members = population(of, 0.9, 0.5)
    asked = []

    def answer(request):
        asked.append(request.settings["temperature"])
        return {"thinking": "", "instructions": "New."}

    for rate in (0.0, 1.0):
        optimizer = OMEGA(
            language_model=ScriptedModel(answer), merging_rate=rate, mutation_temperature=0.0, crossover_temperature=1.1
        )
        now = situation(of, members, epoch=1)
        await optimizer.propose(optimizer.plan(now), now)
    assert asked == [0.0, 1.1]


def test_f037_selection_temperature_is_03_and_may_not_be_0():
    assert defaults(OMEGA, "selection_temperature") == (0.3,)
    members = population(program(), 0.0, 1.0)
    best = members.ranked()[0].id
    drawn = sum(OMEGA().select_parent(members, random.Random(seed)).id == best for seed in range(1000))
    assert drawn / 1000 == pytest.approx(0.9655, abs=0.03)  # 1 / (1 + exp(−1 / 0.3))
    for setting in ("selection_temperature", "sampling_temperature"):
        given: dict[str, Any] = {setting: 0.0}
        with pytest.raises(ConfigurationError, match=setting):
            OMEGA(**given)


@pytest.mark.parametrize("effort", [None, "none", "disable", "minimal", "low", "medium", "high", "xhigh"])
async def test_f038_reasoning_effort_is_sent_as_given_and_none_sends_nothing(effort):
    assert defaults(OMEGA, "reasoning_effort") == (None,)
    model, now = ScriptedModel(lambda request: {"thinking": "", "instructions": "New."}), situation()
    optimizer = OMEGA(language_model=model, reasoning_effort=effort)
    await optimizer.propose(optimizer.plan(now), now)
    assert model.requests[0].settings.get("reasoning_effort") == (None if effort == "none" else effort)


def test_f038_an_effort_that_does_not_exist_is_refused():
    with pytest.raises(ConfigurationError, match="reasoning_effort='hard'"):
        OMEGA(reasoning_effort="hard")


def test_f039_crossover_is_as_likely_as_merging_rate_times_epoch():
    assert defaults(OMEGA, "merging_rate") == (0.02,)
    law = [crossover_probability(0.02, epoch, schedule="epoch") for epoch in (0, 1, 10, 20, 50, 99)]
    assert law == pytest.approx([0.0, 0.02, 0.2, 0.4, 1.0, 1.0])
    of = program()
    members = population(of, 0.9, 0.5)
    plans = Counter(OMEGA().plan(situation(of, members, epoch=10, seed=seed)).operator for seed in range(600))
    assert plans["crossover"] / 600 == pytest.approx(0.2, abs=0.05)


async def test_f039_the_epoch_counter_really_advances():
    numbers = iter(range(99))

    def always_new(request):
        return {"thinking": "", "instructions": f"Name {{{{word}}}}, take {next(numbers)}."}

    _, recorder = await run(optimizer=omega(always_new, merging_rate=1.0, algorithm="ga"), epochs=3)
    by_epoch = {(event.epoch, event.operator) for event in proposed(recorder, "mutation", "crossover")}
    assert (0, "crossover") not in by_epoch
    assert {(0, "mutation"), (1, "crossover")} <= by_epoch


def test_f040_algorithm_is_dns_or_ga_or_the_papers():
    assert defaults(OMEGA, "algorithm") == ("dns",)
    assert {OMEGA(algorithm=name).algorithm for name in ("dns", "dns-rank", "ga")} == {"dns", "dns-rank", "ga"}
    with pytest.raises(ConfigurationError, match="algorithm='DNS'"):
        OMEGA(algorithm="DNS")


def test_f041_selection_is_softmax_or_best_or_random():
    assert defaults(OMEGA, "selection") == ("softmax",)
    scores = [0.2, 0.9, 0.9, 0.5]
    rng = random.Random(0)
    assert {select(scores, "best", temperature=0.3, rng=rng) for _ in range(9)} == {1}
    uniform = Counter(select(scores, "random", temperature=0.3, rng=rng) for _ in range(2000))
    assert all(abs(count / 2000 - 0.25) < 0.05 for count in uniform.values())
    drawn = Counter(select(scores, "softmax", temperature=0.3, rng=rng) for _ in range(4000))
    for index, probability in enumerate(softmax(scores, 0.3)):
        assert drawn[index] / 4000 == pytest.approx(probability, abs=0.03)
    with pytest.raises(ConfigurationError, match="selection='worst'"):
        OMEGA(selection="worst")


def test_f042_name_and_description_have_something_to_say():
    assert defaults(OMEGA, "name", "description") == (None, None)
    assert (OMEGA().name, OMEGA(name="mine", description="Mine.").name) == ("omega", "mine")
    assert OMEGA().description.startswith("Evolves")
    assert OMEGA(name="mine", description="Mine.").description == "Mine."


@pytest.mark.parametrize("unknown", ["few_shot_learning", "nb_min_examples", "nb_max_examples", "bogus"])
def test_f043_what_it_does_not_take_is_a_type_error(unknown):
    given: dict[str, Any] = {unknown: 1}
    with pytest.raises(TypeError, match=unknown):
        OMEGA(**given)


async def test_f044_mutation_thinks_first_and_is_held_to_the_variables_schema():
    model = ScriptedModel(add_a_rule)
    _, recorder = await run(optimizer=omega(language_model=model), epochs=1)
    schema = model.requests[0].schema
    assert schema is not None
    assert list(schema["properties"]) == ["thinking", "instructions"]
    assert (schema["required"], schema["additionalProperties"]) == (["thinking", "instructions"], False)
    child = proposed(recorder, "mutation")[0]
    assert set(child.content["namer"]) == {"instructions", "examples"}
    assert child.reasoning == "a is unknown"


async def test_f045_crossover_needs_two_and_falls_back_to_mutation():
    assert OMEGA(merging_rate=1.0).plan(situation(epoch=5)).operator == "mutation"
    of = program()
    plan = OMEGA(merging_rate=1.0).plan(situation(of, population(of, 0.9, 0.5), epoch=5))
    assert plan.operator == "crossover"
    assert len({parent.id for parent in plan.parents}) == 2


async def test_f046_candidates_compete_when_the_epoch_ends():
    async def close(c1, c2, embedding_model=None, **kwargs):
        return 0.1

    _, recorder = await run(optimizer=omega(distance_function=close), epochs=2)
    last = recorder.of("population.updated")[-1]
    assert {removed.reason for removed in last.removed} == {"dominated"}
    assert all(removed.by is not None and removed.distance == 0.1 for removed in last.removed)
    best = max(survivor.score for survivor in last.survivors)
    assert all(survivor.score == best for survivor in last.survivors)  # whoever is not fitter than another stays


def test_f047_survivors_are_sorted_by_reward_and_cut():
    far = dense(1.0 - np.eye(5))
    standings = by_radius([0.9, 0.8, 0.7, 0.6, 0.5], far, k_nearest_fitter=5, size=3)
    assert [standing.kept for standing in standings] == [True, True, True, False, False]
    assert [standing.reason for standing in standings][3:] == ["truncated", "truncated"]


def test_f048_somebody_always_survives():
    near = dense(np.zeros((4, 4)))
    for law in (by_radius, by_novelty):
        for fitness in ([0.9, 0.5, 0.5, 0.1], [0.5] * 4):
            assert law(fitness, near, k_nearest_fitter=1, size=4)[0].kept


def test_f049_the_worse_variable_is_changed_more_often():
    of = program("a", "b")
    used, selected = {"a": 0.2, "b": 0.9}, frozenset(("a", "b"))
    chosen = Counter(
        OMEGA().choose_variable(situation(of, used=used, selected=selected, seed=s), of.trainable_variables).name
        for s in range(1500)
    )
    assert chosen["a"] / 1500 == pytest.approx(0.9116, abs=0.025)  # exp(−0.2/0.3) / (exp(−0.2/0.3) + exp(−0.9/0.3))


def test_f050_variables_never_changed_come_first():
    of = program("a", "b", "c")
    chosen = Counter(
        OMEGA().choose_variable(situation(of, selected=frozenset("a"), seed=s), of.trainable_variables).name
        for s in range(600)
    )
    assert chosen["a"] == 0
    assert chosen["b"] / 600 == pytest.approx(0.5, abs=0.07)


async def test_f051_before_there_is_a_population_the_starting_value_is_mutated():
    _, recorder = await run(optimizer=omega(), epochs=1)
    baseline = recorder.of("run.finished")[0].baseline
    assert {event.parents for event in proposed(recorder, "mutation")} == {(baseline,)}


async def test_f052_a_failed_proposal_does_not_stop_the_run():
    _, recorder = await run(optimizer=omega(lambda request: ModelUnavailable("down")), epochs=1)
    assert recorder.of("run.finished")[0].status == "completed"
    assert {event.reason for event in recorder.of("proposal.failed")} == {"down"}


async def test_f064_improvements_compound_from_the_second_epoch_on():
    program_, recorder = await run(optimizer=omega(selection="best"), epochs=4, minibatch_size=0)
    texts = [event.content["namer"]["instructions"] for event in proposed(recorder, "mutation")]
    assert max(text.count("=") for text in texts) > 1
    assert program_.get_state()["namer"]["instructions"] != START


async def test_the_seed_documents_advanced_configuration_works():
    optimizer = omega(
        population_size=20,
        k_nearest_fitter=10,
        mutation_temperature=0.5,
        selection_temperature=0.1,
        reasoning_effort="low",
        instructions="Focus on edge cases and robustness.",
    )
    _, recorder = await run(make_program(), optimizer, epochs=1)
    assert recorder.of("run.finished")[0].status == "completed"


async def test_random_few_shot_then_omega_goes_on_from_the_current_value():
    program_ = make_program()
    await run(program_, oc.optimizers.RandomFewShot(), epochs=2)
    examples = program_.get_state()["namer"]["examples"]
    assert examples
    _, recorder = await run(program_, omega(), epochs=1)
    assert recorder.of("candidate.proposed")[0].content["namer"]["examples"] == examples


async def test_an_optimizer_competes_on_its_own():
    members = population(program(), 0.9, 0.5, 0.1)
    standings = await omega().compete(members.ranked(), members, Meter())
    assert standings[0].kept
