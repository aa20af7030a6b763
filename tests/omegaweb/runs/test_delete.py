"""Deleting a run."""

from __future__ import annotations

import pytest
from django.urls import reverse

from omegaweb.runs.models import Candidate, Run, RunState
from tests.factories_runs import make_candidate, make_review, make_run, make_scores

pytestmark = pytest.mark.django_db

GONE = [RunState.COMPLETED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED]
UNDER_WAY = [RunState.QUEUED, RunState.RUNNING, RunState.WAITING]


def url(run: Run) -> str:
    return reverse("runs:delete", args=[run.pk])


def finished_run(owner, **changes) -> Run:
    run = make_run(owner, **{"state": RunState.COMPLETED, **changes})
    start = make_candidate(run)
    child = make_candidate(run, number=1, parents=(start,), fate_by=start)
    make_scores(child, [1.0, 0.0])
    make_review(make_candidate(run, number=2, parents=(child,)))
    return run


def test_it_asks_first(alice, alice_client):
    run = finished_run(alice)
    page = alice_client.get(url(run)).content.decode()

    assert "are deleted for good" in page
    assert Run.objects.exists()


@pytest.mark.parametrize("state", GONE)
def test_everything_of_a_run_goes_with_it_and_its_dataset_and_program_stay(alice, alice_client, state):
    run = finished_run(alice, state=state)
    dataset, program = run.dataset_version.dataset, run.program

    response = alice_client.post(url(run), follow=True)

    assert response.redirect_chain[0][0] == reverse("runs:list")
    assert "was deleted" in response.content.decode()
    assert not Run.objects.exists()
    assert not Candidate.objects.exists()
    assert alice_client.post(reverse("datasets:delete", args=[dataset.pk]))["Location"] == reverse("datasets:list")
    assert alice_client.post(reverse("programs:delete", args=[program.pk]))["Location"] == reverse("programs:list")


@pytest.mark.parametrize("state", UNDER_WAY)
def test_a_run_that_is_under_way_is_kept(alice, alice_client, state):
    run = finished_run(alice, state=state)

    page = alice_client.post(url(run), follow=True).content.decode()

    assert "Stop it first" in page
    assert Run.objects.get() == run


@pytest.mark.parametrize(("state", "offered"), [(RunState.COMPLETED, True), (RunState.RUNNING, False)])
def test_the_page_offers_it_only_once_the_run_is_over(alice, alice_client, state, offered):
    run = finished_run(alice, state=state)
    page = alice_client.get(run.get_absolute_url()).content.decode()

    assert (f'href="{url(run)}"' in page) is offered


def test_others_and_signed_out_people_cannot_delete_it(alice, bob_client, charlie_client, client):
    run = finished_run(alice)
    for method in ("get", "post"):
        assert getattr(bob_client, method)(url(run)).status_code == 404
        assert getattr(charlie_client, method)(url(run)).status_code == 404
        assert getattr(client, method)(url(run))["Location"].startswith(reverse("accounts:sign-in"))
    assert Run.objects.get() == run
