"""The list of programs, a program's page, and the live preview of its variables."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from tests.factories_runs import make_program, make_run
from tests.omegaweb.programs.form_data import program_data, text_of


def test_the_list_shows_ones_own_programs(alice_client: Client, alice: User, bob: User):
    make_run(alice, program=make_program(alice, name="Hers"))
    make_program(bob, name="Unseen")
    page = text_of(alice_client.get(reverse("programs:list")))

    assert "Hers" in page
    assert "Unseen" not in page


def test_an_empty_list_says_how_to_begin(charlie_client: Client):
    assert "No programs yet" in text_of(charlie_client.get(reverse("programs:list")))


def test_the_page_shows_fields_and_trainable_variables(alice_client: Client, alice: User):
    program = make_program(alice)
    page = text_of(alice_client.get(program.get_absolute_url()))

    assert "Say which team should answer: {{text}}" in page
    assert "billing" in page
    assert "generator" in page


def test_others_cannot_see_a_program(charlie_client: Client, alice: User):
    assert charlie_client.get(make_program(alice).get_absolute_url()).status_code == 404


def test_the_preview_names_variables_and_placeholders(alice_client: Client):
    response = alice_client.post(reverse("programs:variables"), program_data(instruction="Route {{text}} well."))
    page = text_of(response)

    assert "Route {{text}} well." in page
    assert 'data-insert="{{text}}"' in page


def test_the_preview_says_what_is_unknown(alice_client: Client):
    page = text_of(alice_client.post(reverse("programs:variables"), program_data(instruction="Read {{mail}}")))

    assert "{{mail}}" in page
    assert "don't have" in page


def test_the_preview_of_an_unfinished_form_says_what_is_missing(alice_client: Client):
    page = text_of(alice_client.post(reverse("programs:variables"), program_data(instruction="")))

    assert "Write an instruction" in page


def test_signed_out_people_are_sent_to_sign_in(client: Client, alice: User):
    program = make_program(alice)

    for url in (reverse("programs:list"), program.get_absolute_url(), reverse("programs:variables")):
        assert client.get(url)["Location"].startswith(reverse("accounts:sign-in"))
