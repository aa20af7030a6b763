"""Whether the search of a run is over while the run goes on, told from what it said."""

from __future__ import annotations

import pytest

from omegaweb.accounts.models import User
from omegaweb.runs.concluding import search_is_over
from omegaweb.runs.configuration import BudgetChoice, OptimizerChoice
from optimizer_core import events
from optimizer_core.events import Event
from tests.event_streams import BASELINE, baseline_proposed, started
from tests.omegaweb.engine.recording import recorded_run

pytestmark = pytest.mark.django_db

EPOCH = events.EpochStarted(epoch=0)
BATCH = events.BatchFinished(epoch=0, batch=0, logs={"reward": 0.5, "n": 4})
POPULATION = events.PopulationUpdated(epoch=0, survivors=(), removed=())
VALIDATED = events.ValidationFinished(epoch=0, candidate=BASELINE, logs={"val_reward": 0.5, "n": 4})
CLOSED = events.EpochFinished(epoch=0, logs={"reward": 0.5})
ONE_EPOCH: list[Event] = [EPOCH, BATCH, VALIDATED, POPULATION, CLOSED]


def asked(action: str) -> Event:
    return events.SteeringApplied(request="1", action=action, author="alice", fields={}, proposal=1)


@pytest.mark.parametrize(
    ("said", "is_over"),
    [
        ([], False),
        ([EPOCH, BATCH], False),
        (ONE_EPOCH, False),
        ([*ONE_EPOCH, EPOCH, BATCH], False),
        ([EPOCH, BATCH, VALIDATED], False),  # the epoch is about to be closed
        ([*ONE_EPOCH, started(resumed=True), POPULATION], False),
        ([EPOCH, BATCH, asked("pause")], False),
        (
            [EPOCH, BATCH, asked("finish"), started(resumed=True), POPULATION],
            False,
        ),  # another end, which was gone on from
        ([EPOCH, BATCH, POPULATION], True),
        ([*ONE_EPOCH, POPULATION], True),  # somebody came in by a review
        ([*ONE_EPOCH, VALIDATED], True),
        ([started(resumed=True), POPULATION, POPULATION], True),
        ([EPOCH, BATCH, asked("finish"), *ONE_EPOCH[2:]], True),
    ],
)
def test_what_follows_the_last_epoch_tells_that_the_search_is_over(alice: User, said: list[Event], is_over: bool):
    begun: list[Event] = [started(epochs=None), baseline_proposed(), VALIDATED, POPULATION]

    assert search_is_over(recorded_run(alice, [*begun, *said])) is is_over


def test_the_page_does_not_say_that_it_goes_on(alice: User, alice_client):
    choices = {"optimizer": OptimizerChoice(kind="omega"), "budget": BudgetChoice(calls=170), "test_at_end": True}
    run = recorded_run(
        alice, [started(epochs=None), baseline_proposed(), POPULATION, EPOCH, BATCH], configuration=choices
    )

    assert "the search goes on until its budget is spent" in alice_client.get(run.get_absolute_url()).content.decode()
    run = recorded_run(
        alice,
        [started(epochs=None), baseline_proposed(), POPULATION, EPOCH, BATCH, POPULATION],
        configuration=choices,
        name="B",
    )
    page = alice_client.get(run.get_absolute_url()).content.decode()
    assert "The search is over: the best are scored in full, then the winner is tested" in page
