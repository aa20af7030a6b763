"""Uploading a file."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from omegaweb.accounts.models import User
from omegaweb.datasets import importing
from omegaweb.datasets.models import Dataset, Table
from tests import factories

URL = reverse("datasets:upload")


def sent(client: Client, content: str | bytes, filename: str = "tickets.csv", htmx: bool = False, **fields: str):
    raw = content.encode() if isinstance(content, str) else content
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(URL, {"file": SimpleUploadedFile(filename, raw), **fields}, headers=headers)


def test_the_file_is_kept_and_then_read(alice_client: Client, alice: User):
    response = sent(alice_client, factories.tickets(5))

    dataset = Dataset.objects.get()
    table = Table.objects.get()
    assert response["Location"] == dataset.get_absolute_url()
    assert (dataset.created_by, dataset.name, table.state) == (alice, "tickets", "reading")

    importing.read_now(table.pk)
    table.refresh_from_db()
    assert (table.state, table.row_count, table.format) == ("ready", 5, "CSV")


def test_htmx_is_told_where_to_go(alice_client: Client):
    response = sent(alice_client, factories.tickets(5), htmx=True, name="My tickets")

    dataset = Dataset.objects.get()
    assert response["HX-Redirect"] == dataset.get_absolute_url()
    assert dataset.name == "My tickets"


def test_reading_options_are_kept(alice_client: Client):
    sent(alice_client, "a;b\n1;2\n", encoding="cp1252", delimiter=";")

    table = Table.objects.get()
    assert (table.encoding, table.delimiter) == ("cp1252", ";")


@pytest.mark.parametrize("htmx", [True, False])
def test_an_empty_file_is_refused_at_its_field(alice_client: Client, htmx: bool):
    response = sent(alice_client, b"", htmx=htmx)

    assert response.status_code == 422
    assert "The file is empty." in response.context["form"].errors["file"][0]
    assert not Dataset.objects.exists()


def test_without_a_file_nothing_happens(alice_client: Client):
    response = alice_client.post(URL, {"name": "x"})

    assert response.context["form"].errors == {"file": ["Choose a file first."]}


def test_a_file_over_the_limit_is_refused(alice_client: Client, settings: Settings):
    settings.UPLOAD_LIMIT_MB = 1

    response = sent(alice_client, b"x" * (1024 * 1024 + 1))

    assert "up to 1 MB can be uploaded" in response.context["form"].errors["file"][0]
    assert not Dataset.objects.exists()


def test_the_name_of_the_file_cannot_lead_out_of_the_folder(alice_client: Client):
    sent(alice_client, "a\nx\n", filename="../../etc/passwd")

    assert "/" not in Table.objects.get().file


def test_signed_out_people_cannot(client: Client, db: None):
    response = sent(client, factories.tickets(5))

    assert response["Location"].startswith(reverse("accounts:sign-in"))
    assert not Dataset.objects.exists()
