"""Which opening of the seal is a further look: only what somebody could pick from counts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.engine.replay import rebuild
from omegaweb.releases.models import SealOpening
from omegaweb.releases.seal import looks_of_other_runs, seal_of
from omegaweb.runs.models import Run
from optimizer_core import events
from tests.event_streams import BASELINE, key_of, proposed, scored, started
from tests.factories_runs import make_run
from tests.omegaweb.engine.recording import BETTER, record, scored_run

pytestmark = pytest.mark.django_db

OTHER = "Answer politely."
ENDED = events.RunFinished(status="completed", reason="epochs_done")


def ends_with(key: str, *, n: int = 4) -> tuple[events.Event, ...]:
    """What a run says of its test and its end: alone the p-value is below 0.05, counted twice it is not."""
    side: dict[str, Any] = {"mean": 0.5, "low": 0.4, "high": 0.6, "n": n}
    found = events.TestFinished(
        baseline={**side, "candidate": BASELINE},
        winner={**side, "candidate": key},
        difference={"mean": 0.2, "low": 0.1, "high": 0.3, "n": n},
        verdict="improved",
        test={"name": "mcnemar", "p_value": 0.03, "better": 4, "worse": 0, "n": n},
    )
    return scored(key, [1.0] * n, split="test"), found, ENDED


@pytest.fixture
def run(alice: User) -> Run:
    """It ended with #1 as its winner, was tested and continued."""
    run = record(scored_run(alice), proposed(OTHER), scored(key_of(BETTER), [1.0]), *ends_with(key_of(BETTER)))
    return record(run, started(resumed=True))


def looks(run: Run) -> list[int]:
    return [opening.look for opening in SealOpening.objects.filter(run=run)]


def verdict(run: Run) -> str:
    assert run.result is not None
    return str(run.result["verdict"])


def test_the_same_winner_on_the_same_rows_is_no_further_look(run: Run, alice_client: Client) -> None:
    run = record(run, *ends_with(key_of(BETTER)))

    assert looks(run) == [1, 1]
    assert (seal_of(run).looks, verdict(run)) == (1, "improved")
    page = alice_client.get(f"{run.get_absolute_url()}?tab=result").content.decode()
    assert "counts as no further look" in page
    assert "look number" not in page
    assert "no longer independent" not in page


def test_another_winner_is_one(run: Run, alice_client: Client) -> None:
    run = record(run, *ends_with(key_of(OTHER)))

    assert looks(run) == [1, 2]
    assert (seal_of(run).looks, verdict(run)) == (2, "no_reliable_improvement")
    assert "This was look number 2" in alice_client.get(f"{run.get_absolute_url()}?tab=result").content.decode()


def test_a_repetition_between_two_looks_takes_no_number(run: Run) -> None:
    run = record(run, *ends_with(key_of(BETTER)), started(resumed=True), *ends_with(key_of(OTHER)))

    assert looks(run) == [1, 1, 2]


def test_the_first_winner_again_after_another_keeps_its_place_and_the_page_still_says_how_many(run: Run) -> None:
    run = record(run, *ends_with(key_of(OTHER)), started(resumed=True), *ends_with(key_of(BETTER)))

    assert looks(run) == [1, 2, 1]
    assert seal_of(run).looks == 2


def test_the_same_winner_on_more_rows_is_a_further_look(run: Run) -> None:
    """Who stops as soon as the rows that were answered look good picks, too."""
    run = record(run, *ends_with(key_of(BETTER), n=6))

    assert looks(run) == [1, 2]
    assert verdict(run) == "no_reliable_improvement"


def test_the_list_says_how_many_rows_were_answered(run: Run, alice_client: Client) -> None:
    run = record(run, *ends_with(key_of(OTHER), n=3))

    assert "3 of 4" in alice_client.get(f"{run.get_absolute_url()}?tab=result").content.decode()


def test_an_opening_that_failed_is_a_look_of_its_own(run: Run) -> None:
    SealOpening.objects.filter(run=run).update(state="failed")

    assert looks(record(run, *ends_with(key_of(BETTER)))) == [1, 2]


def test_looks_of_other_runs_are_counted_alike(run: Run, alice: User) -> None:
    record(run, *ends_with(key_of(BETTER)))
    other = make_run(alice, name="Other", version=run.dataset_version)

    assert looks_of_other_runs(other) == 1


def test_a_replay_counts_them_again(run: Run) -> None:
    run = record(run, *ends_with(key_of(BETTER)))
    before = (looks(run), run.result)

    rebuild(run.pk)
    assert (looks(run), Run.objects.get(pk=run.pk).result) == before
