"""Choosing columns and splitting the rows."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.datasets.models import Dataset, DatasetVersion, Table
from tests import factories

CHOICE = {
    "role-0": "ignore",
    "role-1": "input",
    "role-2": "target",
    "train": "50",
    "validation": "25",
    "test": "25",
    "seed": "7",
}


def url(dataset: Dataset) -> str:
    return reverse("datasets:split", args=[dataset.pk])


def test_the_choice_becomes_a_version(alice_client: Client, alice: User):
    dataset = factories.dataset(alice)

    response = alice_client.post(url(dataset), CHOICE)

    version = DatasetVersion.objects.get()
    assert response["Location"] == dataset.get_absolute_url()
    assert (version.number, version.seed) == (1, 7)
    assert (version.input_columns, version.target_columns) == (["ticket"], ["label"])
    assert version.split_sizes() == {"train": 30, "validation": 15, "test": 15}


def test_an_unused_version_is_replaced_and_a_used_one_is_not(alice_client: Client, alice: User):
    dataset = factories.dataset(alice)
    alice_client.post(url(dataset), CHOICE)
    alice_client.post(url(dataset), CHOICE | {"seed": "8"})
    first = DatasetVersion.objects.get()
    assert first.seed == 8

    first.mark_used()
    alice_client.post(url(dataset), CHOICE | {"seed": "9"})

    assert list(DatasetVersion.objects.order_by("number").values_list("number", "seed")) == [(1, 8), (2, 9)]


def test_shares_must_be_a_whole(alice_client: Client, alice: User):
    response = alice_client.post(url(factories.dataset(alice)), CHOICE | {"test": "50"})

    assert response.status_code == 422
    assert response.context["form"].errors["test"] == ["The three shares add up to 125 %. Make it 100 %."]
    assert not DatasetVersion.objects.exists()


def test_there_must_be_an_input_and_a_target(alice_client: Client, alice: User):
    response = alice_client.post(url(factories.dataset(alice)), CHOICE | {"role-1": "ignore", "role-2": "ignore"})

    page = response.content.decode()
    assert "Choose at least one input column" in page
    assert "Choose at least one target column" in page
    assert not DatasetVersion.objects.exists()


def test_rows_without_a_target_are_left_out_and_counted(alice_client: Client, alice: User):
    dataset = factories.dataset(alice, factories.tickets(20) + "20,no label,\n21,,bug\n")

    alice_client.post(url(dataset), CHOICE)

    version = DatasetVersion.objects.get()
    assert version.splits[20:] == "--"
    assert version.counts["left_out"] == 2


def test_a_table_that_is_not_read_cannot_be_split(alice_client: Client, alice: User):
    dataset = factories.dataset(alice)
    Table.objects.update(state=Table.State.READING)

    page = alice_client.post(url(dataset), CHOICE, follow=True).content.decode()

    assert "The file is not read yet" in page
    assert not DatasetVersion.objects.exists()


def test_others_cannot(charlie_client: Client, alice: User):
    assert charlie_client.post(url(factories.dataset(alice)), CHOICE).status_code == 404
    assert not DatasetVersion.objects.exists()


def test_signed_out_people_cannot(client: Client, alice: User):
    response = client.post(url(factories.dataset(alice)), CHOICE)

    assert response["Location"].startswith(reverse("accounts:sign-in"))
    assert not DatasetVersion.objects.exists()
