"""The page of a run that failed, was cut off, rests, or whose proposals come to nothing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from omegaweb.runs.configuration import OptimizerChoice
from omegaweb.runs.models import Run, RunState
from optimizer_core import events
from tests import event_streams
from tests.event_streams import BASELINE
from tests.factories_runs import make_run
from tests.omegaweb.engine.recording import recorded_run
from tests.omegaweb.runs.test_detail import page_of

pytestmark = pytest.mark.django_db


def lost(number: int) -> list[events.Event]:
    failed = events.ProposalFailed(operator="mutation", variable="router", reason="the model lost {{ticket}}")
    return [event_streams.started(), event_streams.baseline_proposed(), *[failed] * number]


def test_a_run_whose_proposals_come_to_nothing_says_so(alice, alice_client):
    run = recorded_run(alice, [*lost(5), event_streams.proposed("Route it well.")])

    page = page_of(alice_client, run)
    assert "5 of 6 proposals came to nothing" in page
    assert "The last one: the model lost {{ticket}}." in page


def test_of_a_race_the_proposals_tried_are_counted_however_many_candidates_they_became(alice, alice_client):
    landed = [events.BatchFinished(epoch=0, batch=batch, logs={"reward": 0.5, "n": 4}) for batch in range(8)]
    steps = [event_streams.proposed(f"Route it well, {number}.") for number in range(9)]
    said = [event_streams.started(epochs=None, batches=10), *lost(5)[1:], *steps, *landed]
    run = recorded_run(alice, said, configuration={"optimizer": OptimizerChoice(kind="omega")})

    page = page_of(alice_client, run)
    assert "8 proposals tried" in page
    assert "5 of 8 proposals came to nothing" in page


@pytest.mark.parametrize(("failures", "candidates"), [(4, 0), (5, 6)])
def test_a_few_lost_proposals_are_no_news(alice, alice_client, failures, candidates):
    others = [event_streams.proposed(f"Route it well, {number}.") for number in range(candidates)]

    assert "came to nothing" not in page_of(alice_client, recorded_run(alice, [*lost(failures), *others]))


def test_a_failed_run_says_why(alice, alice_client):
    run = recorded_run(
        alice,
        [event_streams.started(), events.RunFinished(status="failed", reason="error", message="No such <model>")],
    )

    page = page_of(alice_client, run)
    assert "The run failed" in page
    assert "No such &lt;model&gt;" in page


def test_an_interrupted_run_offers_to_continue(alice, alice_client):
    run = make_run(alice, state=RunState.INTERRUPTED, message="The server stopped")

    page = page_of(alice_client, run)
    assert "The server stopped" in page
    assert 'form="continue-run"' in page
    assert reverse("runs:continue", args=[run.pk]) in page


def test_an_interrupted_run_does_not_say_that_its_search_goes_on(alice_client, alice):
    stream = list(event_streams.whole_run(finish=False))[:10]
    run = recorded_run(alice, [*stream, events.ReviewRequested(candidate=BASELINE, reward=0.5, count=4)])
    assert "The search goes on meanwhile" in page_of(alice_client, run)

    Run.objects.filter(pk=run.pk).update(state=RunState.INTERRUPTED)

    page = page_of(alice_client, run)
    assert "The search goes on meanwhile" not in page
    assert "counts once the run is continued" in page


def test_a_paused_run_does_not_say_that_its_search_goes_on(alice_client, alice):
    stream = list(event_streams.whole_run(finish=False))[:10]
    run = recorded_run(alice, [*stream, events.ReviewRequested(candidate=BASELINE, reward=0.5, count=4)])
    Run.objects.filter(pk=run.pk).update(state=RunState.PAUSED)

    page = page_of(alice_client, run)
    assert "The search goes on meanwhile" not in page
    assert "The run is paused; what you decide counts all the same." in page
