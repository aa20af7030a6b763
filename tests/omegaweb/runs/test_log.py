"""The log in sentences."""

from __future__ import annotations

import pytest
from django.utils.html import format_html, strip_tags

from omegaweb.runs.log import lines_of, log_page, sentence
from optimizer_core import events
from optimizer_core.events import KINDS, Event, event_to_json
from tests import event_streams
from tests.event_streams import BASELINE
from tests.omegaweb.engine.recording import recorded_run

pytestmark = pytest.mark.django_db

NUMBERS = {"candidate": BASELINE, "mean": 0.5, "low": 0.4, "high": 0.6, "n": 4}


def asked(action, **fields):
    return events.SteeringApplied(request="1", action=action, author="alice", fields=fields)


SENTENCES: list[tuple[Event, str]] = [
    (event_streams.started(), "The run began: 40 training, 16 validation and 16 test rows."),
    (event_streams.started(resumed=True), "The run continued: 40 training, 16 validation and 16 test rows."),
    (events.EpochStarted(epoch=0), "Epoch 1 began."),
    (events.EpochFinished(epoch=0, logs={}), "Epoch 1 is done."),
    (events.BatchFinished(epoch=0, batch=2, logs={"reward": 0.5}), "Batch 3 of epoch 1: mean reward 0.50."),
    (events.BatchFinished(epoch=0, batch=2, logs={}), "Batch 3 of epoch 1."),
    (event_streams.baseline_proposed(), "#0 is the program as it was."),
    (event_streams.scored(BASELINE, [0.0, 1.0]), "#0 earned 0.50 on 2 validation rows."),
    (event_streams.scored(BASELINE, [1.0], split="train"), "#0 earned 1.00 on 1 training row."),
    (
        events.ProposalFailed(operator="mutation", variable="v", reason="exactly this is known already"),
        "A proposal (rewrite) came to nothing: exactly this is known already",
    ),
    (
        events.CandidateDropped(candidate=BASELINE, reason="fell_behind", by=BASELINE, better=1, worse=4, count=8),
        "#0 was dropped: it fell behind #0: better on 1, worse on 4 of 8 rows.",
    ),
    (
        events.CandidateDropped(candidate=BASELINE, reason="flagged", by=BASELINE, better=0, worse=0, count=0),
        "#0 was dropped unscored, because it was flagged.",
    ),
    (
        events.CandidateFlagged(candidate=BASELINE, flag="length_grown", text="Grew <b>.", then="ask"),
        "#0 was flagged: Grew &lt;b&gt;. It waits for a person before anything is spent on it.",
    ),
    (events.CandidateEmbedded(candidate=BASELINE, vector="AAA="), "#0 has its place on the map."),
    (
        events.ValidationFinished(epoch=0, candidate=BASELINE, logs={"val_reward": 0.5}),
        "#0 earned 0.50 on the validation rows.",
    ),
    (events.ReviewRequested(candidate=BASELINE, reward=0.5, count=2), "#0 waits for review."),
    (events.ReviewDecided(candidate=BASELINE, verdict="approved", reviewer="alice"), "alice approved #0."),
    (
        events.ReviewDecided(candidate=BASELINE, verdict="rejected", reviewer="alice", comment="Too long"),
        "alice rejected #0: “Too long”",
    ),
    (
        events.ReviewDecided(candidate=BASELINE, verdict="edited", reviewer="alice", edited=BASELINE),
        "alice edited #0 into #0.",
    ),
    (events.PopulationUpdated(epoch=0, survivors=()), "The population has 0 members; 0 left."),
    (
        events.PopulationUpdated(
            epoch=0,
            survivors=(events.Survivor(candidate=BASELINE, reward=0.5, count=2, score=0.4),),
        ),
        "The population has 1 member; 0 left.",
    ),
    (events.BestChanged(candidate=BASELINE, reward=0.5), "#0 is the best so far: 0.50."),
    (event_streams.spent(1234), "Spent so far: 1,234 calls, 98,720 tokens."),
    (events.CheckpointSaved(reference="checkpoint-3"), "The run can be continued from here (checkpoint-3)."),
    (events.WarningRaised(code="slow", message="The model is slow."), "The model is slow."),
    (
        events.TestFinished(baseline=NUMBERS, winner=NUMBERS, difference=NUMBERS, verdict="worse"),
        "On the test rows: the start earned 0.50, #0 earned 0.50.",
    ),
    (
        events.RunFinished(status="completed", reason="budget_spent"),
        "The run is complete, because the budget is spent.",
    ),
    (events.RunFinished(status="failed", reason="error", message="No key."), "The run failed. No key."),
    (events.RunPaused(reason="asked", by="alice"), "The run pauses: alice asked it to."),
    (events.RunPaused(reason="budget_spent"), "The run pauses: its budget is spent."),
    (events.RunPaused(reason="access_revoked"), "The run pauses: a provider does not let it in any more."),
    (events.RunPaused(reason="provider_down"), "The run pauses: a model has answered nothing for too long."),
    (
        events.ProviderTroubled(model="m", trouble="rate_limited", message="429", at_once=4, of=16, wait=24.0),
        "m asks for fewer requests: slowed to 4 of 16 questions at once, next try in 24 s.",
    ),
    (
        events.ProviderTroubled(model="m", trouble="down", message="<b>no</b> answer", wait=8.0),
        "m does not answer, next try in 8 s: &lt;b&gt;no&lt;/b&gt; answer",
    ),
    (
        events.ProviderTroubled(model="m", trouble="access_revoked", message="m: HTTP 401 (check the key)"),
        "The key for m is not accepted any more: m: HTTP 401 (check the key)",
    ),
    (events.ProviderRecovered(model="m", trouble="down", seconds=65.0), "m answers as before, after 1 min 05 s."),
    (events.RunResumed(by="alice"), "The run goes on."),
    (asked("pause"), "alice asked for a pause."),
    (asked("resume"), "alice let the run go on."),
    (asked("finish"), "alice asked the run to finish."),
    (
        asked("extend", budget={"calls": 1500, "tokens": None, "cost": 2.5, "seconds": 1800.0}),
        "alice extended the budget to 1,500 calls, $2.50, 30 min 00 s.",
    ),
    (asked("note", text="Mind <b>z</b>."), "alice told the proposer: “Mind &lt;b&gt;z&lt;/b&gt;.”"),
    (asked("add", parent=BASELINE), "alice added a candidate by hand from #0."),
    (asked("ban", candidate=BASELINE, reason="rude"), "alice banned #0: “rude”"),
    (asked("pin", candidate=BASELINE), "alice pinned #0."),
    (asked("unpin", candidate=BASELINE), "alice unpinned #0."),
    (
        events.SteeringApplied(request="1", action="pin", fields={"candidate": BASELINE}, problem="it has left"),
        "Somebody pinned #0. That could not be: it has left.",
    ),
]


@pytest.mark.parametrize(("said", "words"), SENTENCES)
def test_an_event_becomes_a_sentence(alice, said, words):
    run = recorded_run(alice, [event_streams.started(), event_streams.baseline_proposed()])

    line = sentence(said.kind, event_to_json(said), lambda key: format_html("#{}", run.candidates.get(key=key).number))

    assert strip_tags(line).strip() == words


def test_every_kind_has_a_sentence():
    assert {said.kind for said, _ in SENTENCES} == set(KINDS)


def test_candidates_are_linked(alice):
    run = recorded_run(alice, event_streams.whole_run())

    lines = lines_of(run, log_page(run, {"kind": "candidates"}).object_list)

    child = run.candidates.get(number=3)
    proposal = next(line for line in lines if ">#3</a> was proposed" in line.sentence)
    assert child.get_absolute_url() in proposal.sentence
    assert child.parents.get().get_absolute_url() in proposal.sentence


def test_the_newest_comes_first_and_pages_do_not_overlap(alice):
    run = recorded_run(alice, event_streams.whole_run(epochs=4))

    numbers = [
        line.sequence
        for page in ("1", "2")
        for line in lines_of(run, log_page(run, {"kind": "all", "page": page}).object_list)
    ]

    assert numbers == list(range(run.last_sequence, run.last_sequence - len(numbers), -1))
