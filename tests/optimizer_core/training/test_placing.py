"""Where candidates lie, and which samples they were made from, as a run tells it."""

from __future__ import annotations

import numpy as np
import pytest

import optimizer_core as oc
from optimizer_core.errors import ModelUnavailable
from optimizer_core.population.vectors import unpack
from optimizer_core.testing import HashEmbedding
from tests.optimizer_core.training.cases import add_a_rule, omega, run, words
from tests.optimizer_core.training.racing.cases import race, racer


def proposals(recorder):
    return {event.candidate: event for event in recorder.of("candidate.proposed")}


async def test_every_candidate_is_placed_once_also_who_lost_its_race():
    _, recorder = await race()
    told = [event.candidate for event in recorder.of("candidate.embedded")]

    assert sorted(told) == sorted(proposals(recorder))
    assert {event.candidate for event in recorder.of("candidate.dropped")} <= set(told)


async def test_the_vectors_tell_the_distance_that_the_competition_measured():
    _, recorder = await run(epochs=3, optimizer=omega(k_nearest_fitter=1))
    vectors = {event.candidate: unpack(event.vector) for event in recorder.of("candidate.embedded")}
    removed = [each for event in recorder.of("population.updated") for each in event.removed if each.distance]

    assert removed
    for each in removed:
        cosine = float(np.dot(vectors[each.candidate], vectors[each.by]))
        assert (1 - cosine) / 2 == pytest.approx(each.distance, abs=2e-3)


async def test_it_takes_no_more_calls_than_the_competition_alone():
    embedding = HashEmbedding()
    _, recorder = await run(epochs=1, optimizer=omega(embedding_model=embedding))

    assert recorder.of("spend.updated")[-1].by_role["embedding"]["calls"] == 1
    assert len(embedding.embedded) == len(set(embedding.embedded))


async def test_who_measures_no_distance_places_nobody():
    _, recorder = await run(optimizer=omega(algorithm="ga"))
    assert recorder.of("candidate.embedded") == []
    _, recorder = await run(optimizer=oc.optimizers.RandomFewShot())
    assert recorder.of("candidate.embedded") == []


async def test_an_embedding_model_that_fails_keeps_nobody_from_the_end(monkeypatch):
    async def down(*_args, **_settings):
        raise ModelUnavailable("no vectors today")

    monkeypatch.setattr(HashEmbedding, "embed", down)
    _, recorder = await run()

    assert recorder.of("candidate.embedded") == []
    assert recorder.of("run.finished")[0].status == "completed"


async def test_a_rewrite_names_the_samples_that_the_proposer_was_shown():
    asked = []

    def script(request):
        asked.append(request.messages[1]["content"])
        return add_a_rule(request)

    _, recorder = await run(epochs=1, optimizer=omega(script))
    child = recorder.of("candidate.proposed")[1]

    assert child.operator == "mutation"
    assert child.evidence
    assert all(sample.startswith("train-") for sample in child.evidence)
    assert len(child.evidence) == asked[0].count('"reward":')


async def test_new_examples_name_the_samples_they_were_taken_from():
    _, recorder = await run(optimizer=oc.optimizers.RandomFewShot(nb_max_examples=2))
    children = recorder.of("candidate.proposed")[1:]

    assert children
    for child in children:
        assert len(set(child.evidence)) >= len(child.content["namer"]["examples"])


async def test_examples_that_a_race_adds_name_their_rows():
    def silent(request):
        raise ModelUnavailable("not here")

    _, recorder = await race(optimizer=racer(silent), epochs=8)
    known = proposals(recorder)
    grown = [event for event in known.values() if event.operator == "few_shot"]

    assert grown
    for event in grown:
        had = known[event.parents[0]].content["namer"]["examples"]
        new = [example for example in event.content["namer"]["examples"] if example not in had]
        assert len(event.evidence) == len(new)


@pytest.mark.parametrize("calls", [80, 90, 100])
async def test_a_search_that_its_budget_ends_within_an_epoch_says_who_stays(calls):
    _, recorder = await race(epochs=None, batch_size=1, budget=oc.Budget(calls=calls), test_data=words(8, start=200))

    assert recorder.of("epoch.finished") == []
    members = {survivor.candidate for survivor in recorder.of("population.updated")[-1].survivors}
    assert recorder.of("run.finished")[0].best in members
    assert len(members) > 1
