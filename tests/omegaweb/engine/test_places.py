"""Places on the map as events or words make them."""

from __future__ import annotations

import numpy as np
import pytest

from omegaweb.engine.places import place_by_words
from omegaweb.engine.replay import rebuild
from omegaweb.runs.configuration import OptimizerChoice
from omegaweb.runs.models import Placement
from optimizer_core import events
from optimizer_core.population.vectors import pack
from tests import event_streams
from tests.event_streams import BASELINE, baseline_proposed, key_of, proposed, started
from tests.factories_runs import content_of
from tests.omegaweb.engine.recording import candidate, record, recorded_run

pytestmark = pytest.mark.django_db

OMEGA = {"optimizer": OptimizerChoice(kind="omega")}


def embedded(key: str, *numbers: float) -> events.Event:
    return events.CandidateEmbedded(candidate=key, vector=pack(np.array(numbers, dtype=np.float32)))


def places(run) -> dict[int, tuple[float, float]]:
    rows = Placement.objects.filter(candidate__run=run)
    return {number: (x, y) for number, x, y in rows.values_list("candidate__number", "x", "y")}


def test_a_run_without_embeddings_places_its_candidates_when_somebody_looks(alice):
    run = recorded_run(alice, [started(), baseline_proposed(), proposed("One word."), proposed("Two words.")])
    assert places(run) == {}

    assert place_by_words(run)

    assert set(places(run)) == {0, 1, 2}
    assert not place_by_words(run)  # all have one


def test_a_run_with_embeddings_is_never_placed_by_words(alice):
    run = recorded_run(alice, [started(), baseline_proposed()], configuration=OMEGA)
    assert not place_by_words(run)
    assert places(run) == {}


def test_a_run_with_embeddings_places_whom_it_embeds(alice):
    said: list[events.Event] = [
        started(),
        baseline_proposed(),
        proposed("One."),
        embedded(BASELINE, 1, 0),
        embedded(key_of("One."), 0, 1),
    ]
    run = recorded_run(alice, said, configuration=OMEGA)

    assert places(run) == {0: (0.0, 0.0), 1: (0.5, 0.0)}


def test_a_point_never_moves(alice):
    stream = list(event_streams.whole_run(finish=False))
    run = recorded_run(alice, stream[:20])
    place_by_words(run)
    before = places(run)

    record(run, *stream[20:])
    place_by_words(run)

    after = places(run)
    assert len(after) > len(before) > 2
    assert {number: after[number] for number in before} == before


def test_it_is_the_same_map_whoever_looks_when(alice):
    stream = list(event_streams.whole_run(finish=False))
    early, late = recorded_run(alice, stream[:20], name="Early"), recorded_run(alice, stream, name="Late")
    place_by_words(early)
    record(early, *stream[20:])

    place_by_words(early)
    place_by_words(late)

    assert places(early) == places(late)


def test_told_twice_it_stays(alice):
    said: list[events.Event] = [
        started(),
        baseline_proposed(),
        proposed("One."),
        embedded(BASELINE, 1, 0),
        embedded(key_of("One."), 0, 1),
    ]
    run = recorded_run(alice, said, configuration=OMEGA)
    before = places(run)

    record(run, embedded(BASELINE, 0, -1))

    assert places(run) == before


def test_a_vector_of_another_length_cannot_be_compared_and_gets_no_place(alice):
    said: list[events.Event] = [
        started(),
        baseline_proposed(),
        proposed("One."),
        embedded(BASELINE, 1, 0),
        embedded(key_of("One."), 1, 0, 0),
    ]
    assert set(places(recorded_run(alice, said, configuration=OMEGA))) == {0}


def test_a_rebuilt_map_is_the_same(alice):
    run = recorded_run(alice, event_streams.whole_run())
    place_by_words(run)
    before = places(run)

    rebuild(run.pk)

    place_by_words(run)
    assert places(run) == before
    assert len(before) == run.candidates.count()


def test_the_samples_behind_a_proposal_are_kept(alice):
    told = events.CandidateProposed(
        candidate=key_of("One."),
        operator="mutation",
        content=content_of("One."),
        parents=(BASELINE,),
        evidence=("train-3", "train-1"),
    )
    said: list[events.Event] = [started(), baseline_proposed(), told]
    run = recorded_run(alice, said)
    assert candidate(run, "One.").evidence == ["train-3", "train-1"]


def test_a_log_from_before_evidence_still_replays(alice):
    run = recorded_run(alice, [started(), baseline_proposed(), proposed("One.")])
    for row in run.events.filter(kind="candidate.proposed"):
        row.payload.pop("evidence")
        row.save()

    rebuild(run.pk)

    assert candidate(run, "One.").evidence == []
