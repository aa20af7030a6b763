"""The first page."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.runs.models import RunState
from tests import factories
from tests.factories_runs import make_program, make_run

URL = reverse("home")


def test_a_new_person_reads_how_to_begin(alice_client: Client):
    page = alice_client.get(URL).content.decode()

    assert "Three steps" in page
    assert "Try the ready-made example" in page
    assert reverse("datasets:upload") in page


def test_it_shows_what_was_done_last(alice_client: Client, alice: User):
    run = make_run(alice)
    factories.dataset(alice, filename="letters.csv")

    page = alice_client.get(URL).content.decode()

    assert run.get_absolute_url() in page
    assert run.program.name in page
    assert "letters" in page
    assert "Three steps" not in page


def test_the_state_of_a_run_looks_as_in_the_list_of_runs(alice_client: Client, alice: User):
    make_run(alice, state=RunState.PAUSED)
    for page in (reverse("home"), reverse("runs:list")):
        assert '<span class="badge badge-warn">Paused</span>' in alice_client.get(page).content.decode()


def test_others_see_nothing_of_it(charlie_client: Client, alice: User):
    make_run(alice)

    assert charlie_client.get(URL).context["is_new"]


def test_signed_out_people_are_sent_to_sign_in(client: Client, db: None):
    assert client.get(URL)["Location"].startswith(reverse("accounts:sign-in"))


def test_every_page_says_which_sources_it_trusts(alice_client: Client):
    policy = alice_client.get(URL)["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_navigation_marks_where_one_is(alice_client: Client):
    entries = alice_client.get(reverse("datasets:upload")).context["navigation"]

    assert [entry.name for entry in entries if entry.current] == ["Datasets"]


def test_versions_are_below_programs_in_the_navigation(alice_client: Client, alice: User):
    program = make_program(alice)
    entries = alice_client.get(reverse("releases:program", args=[program.pk])).context["navigation"]

    assert [entry.name for entry in entries if entry.current] == ["Programs"]
