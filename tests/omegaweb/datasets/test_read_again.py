"""Reading the same file with other options."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.datasets import importing, services
from omegaweb.datasets.models import Dataset, Table, TableRow
from tests import factories

FRENCH = "q;a\nça va ?;oui\n"


def url(dataset: Dataset) -> str:
    return reverse("datasets:read-again", args=[dataset.pk])


def test_another_encoding_gives_other_letters(alice_client: Client, alice: User):
    dataset = factories.dataset(alice, FRENCH.encode("cp1252"), encoding="cp1251")
    assert TableRow.objects.get().values[0] != "ça va ?"

    response = alice_client.post(url(dataset), {"encoding": "cp1252", "delimiter": ";"})
    assert response["Location"] == dataset.get_absolute_url()
    importing.read_now(Table.objects.get().pk)

    assert TableRow.objects.get().values == ["ça va ?", "oui"]


def test_a_file_that_failed_can_be_mended_by_the_right_option(alice: User):
    dataset = factories.dataset(alice, "a;b\n1,5;2\n1;2\n", delimiter=",")
    table = dataset.latest_table
    assert table is not None
    assert table.state == Table.State.FAILED

    services.read_again(table=table, user=alice, encoding="", delimiter="", background=False)

    table.refresh_from_db()
    assert (table.state, table.error, table.row_count) == (Table.State.READY, "", 2)


def test_a_table_that_a_version_is_built_on_stays(alice_client: Client, alice: User):
    version = factories.version(alice)

    page = alice_client.post(url(version.dataset), {"encoding": "cp1252"}, follow=True).content.decode()

    assert "cannot be read again" in page
    assert Table.objects.get().is_ready


def test_others_cannot(charlie_client: Client, alice: User):
    assert charlie_client.post(url(factories.dataset(alice)), {}).status_code == 404


def test_signed_out_people_cannot(client: Client, alice: User):
    response = client.post(url(factories.dataset(alice)), {})

    assert response["Location"].startswith(reverse("accounts:sign-in"))
    assert Table.objects.get().is_ready
