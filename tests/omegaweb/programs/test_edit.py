"""Changing a program."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from tests.factories_runs import make_program, make_run
from tests.omegaweb.programs.form_data import program_data, text_of


def test_a_change_is_saved_as_the_next_revision(alice_client: Client, alice: User):
    program = make_program(alice)
    alice_client.post(reverse("programs:edit", args=[program.pk]), program_data(name="Triage"))

    program.refresh_from_db()
    assert program.instruction == "Read {{text}} and choose the label."
    assert program.revision == 2


def test_saving_without_a_change_keeps_the_revision(alice_client: Client, alice: User):
    program = make_program(alice)
    url = reverse("programs:edit", args=[program.pk])
    alice_client.post(url, program_data(name="Triage"))
    alice_client.post(url, program_data(name="Triage"))

    program.refresh_from_db()
    assert program.revision == 2


def test_a_run_keeps_the_program_it_was_launched_with(alice_client: Client, alice: User):
    program = make_program(alice)
    run = make_run(alice, program=program)
    alice_client.post(reverse("programs:edit", args=[program.pk]), program_data(name="Triage"))

    run.refresh_from_db()
    assert run.choices.program["instruction"] == "Say which team should answer: {{text}}"


def test_the_form_shows_the_program(alice_client: Client, alice: User):
    program = make_program(alice, seed_instructions=["Route {{text}}."])
    page = text_of(alice_client.get(reverse("programs:edit", args=[program.pk])))

    assert "Say which team should answer: {{text}}" in page
    assert "Route {{text}}." in page


def test_others_cannot(charlie_client: Client, alice: User):
    program = make_program(alice)
    url = reverse("programs:edit", args=[program.pk])

    assert charlie_client.get(url).status_code == 404
    assert charlie_client.post(url, program_data()).status_code == 404
    program.refresh_from_db()
    assert program.name == "Triage"


def test_signed_out_people_are_sent_to_sign_in(client: Client, alice: User):
    response = client.get(reverse("programs:edit", args=[make_program(alice).pk]))

    assert response["Location"].startswith(reverse("accounts:sign-in"))
