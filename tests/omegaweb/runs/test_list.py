"""The list of runs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from omegaweb.runs.models import Run, RunState
from tests import event_streams
from tests.factories_runs import make_run
from tests.omegaweb.engine.recording import recorded_run

URL = reverse("runs:list")


@pytest.mark.django_db
def test_it_shows_state_program_dataset_and_rewards(alice, alice_client):
    run = recorded_run(alice, event_streams.whole_run(), name="Triage, first try")

    page = alice_client.get(URL).content.decode()

    assert run.baseline is not None
    assert run.best is not None
    assert "Triage, first try" in page
    assert "Completed" in page
    assert "Improved +0.40" in page
    assert run.result is not None
    gain = run.result["difference"]
    assert f"+{gain['low']:.2f} to +{gain['high']:.2f}, n = {gain['n']}" in page
    assert f"{run.best.low:.2f}–{run.best.high:.2f}, n = {run.best.count}" in page
    assert f"{run.baseline.reward:.2f}" in page
    assert f"#{run.best.number}" in page
    assert run.program.name in page
    assert "Tickets" in page


@pytest.mark.django_db
def test_a_run_under_way_shows_how_far_it_is(alice, alice_client):
    recorded_run(alice, list(event_streams.whole_run(finish=False))[:40])

    assert "<progress" in alice_client.get(URL).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("state", list(RunState))
def test_every_state_has_a_word(alice, alice_client, state):
    make_run(alice, state=state)

    assert state.label in alice_client.get(URL).content.decode()


@pytest.mark.django_db
def test_without_runs_it_says_what_a_run_is(alice_client):
    page = alice_client.get(URL).content.decode()

    assert "No runs yet" in page
    assert reverse("runs:launch") in page


@pytest.mark.django_db
def test_a_page_of_it_can_be_fetched_alone(alice, alice_client):
    make_run(alice)

    page = alice_client.get(URL, headers={"HX-Request": "true", "HX-Target": "run-list"}).content.decode()

    assert page.lstrip().startswith("<section")


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_runs(alice, alice_client, django_assert_max_num_queries):
    first = recorded_run(alice, event_streams.whole_run(), name="0")
    for number in range(1, 12):
        make_run(alice, name=str(number), version=first.dataset_version, program=first.program)

    with django_assert_max_num_queries(8):
        alice_client.get(URL)


@pytest.mark.django_db
def test_names_are_escaped(alice, alice_client):
    run = make_run(alice)
    Run.objects.filter(pk=run.pk).update(name="<script>alert(1)</script>")

    page = alice_client.get(URL).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.django_db
def test_others_see_their_own_runs_only(alice, bob_client):
    make_run(alice, name="Alice's run")

    assert "Alice" not in bob_client.get(URL).content.decode()


@pytest.mark.django_db
def test_signed_out_it_asks_to_sign_in(client):
    response = client.get(URL)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:sign-in"))
