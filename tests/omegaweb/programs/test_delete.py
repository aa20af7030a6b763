"""Deleting a program."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.programs.models import Program
from tests.factories_runs import make_program, make_run
from tests.omegaweb.programs.form_data import text_of


def test_a_program_is_deleted_after_asking(alice_client: Client, alice: User):
    program = make_program(alice)
    url = reverse("programs:delete", args=[program.pk])

    assert alice_client.get(url).status_code == 200
    assert Program.objects.exists()
    assert alice_client.post(url)["Location"] == reverse("programs:list")
    assert not Program.objects.exists()


def test_a_program_that_runs_use_stays(alice_client: Client, alice: User):
    program = make_program(alice)
    make_run(alice, program=program)
    response = alice_client.post(reverse("programs:delete", args=[program.pk]), follow=True)

    assert Program.objects.filter(pk=program.pk).exists()
    assert "Runs were launched with “Triage”" in text_of(response)


def test_others_cannot(charlie_client: Client, alice: User):
    program = make_program(alice)

    assert charlie_client.post(reverse("programs:delete", args=[program.pk])).status_code == 404
    assert Program.objects.exists()


def test_signed_out_people_cannot(client: Client, alice: User):
    client.post(reverse("programs:delete", args=[make_program(alice).pk]))

    assert Program.objects.exists()
