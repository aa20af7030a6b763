"""Splitting a large table in the background."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.datasets import importing, services, split_thread
from omegaweb.datasets.models import Dataset, DatasetVersion, Table
from tests import factories
from tests.omegaweb.datasets.test_split import CHOICE, url

PATIENCE = 20.0


def progress_url(dataset: Dataset) -> str:
    return reverse("datasets:progress", args=[dataset.pk])


@pytest.fixture
def large(alice: User, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A dataset whose sixty rows count as many."""
    monkeypatch.setattr(services, "ROWS_SPLIT_AT_ONCE", 10)
    monkeypatch.setattr(services, "ROWS_A_READ", 7)
    return factories.dataset(alice)


@pytest.fixture
def splitting(alice: User) -> Dataset:
    """A dataset whose rows are being split."""
    dataset = factories.dataset(alice)
    Table.objects.update(split_progress=40)
    return dataset


def wait_for_threads() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("split-"):
            thread.join(PATIENCE)


@pytest.mark.django_db(transaction=True)
def test_a_large_table_is_split_in_the_background_as_a_small_one_is_at_once(
    alice_client: Client, large: Dataset, monkeypatch: pytest.MonkeyPatch
):
    response = alice_client.post(url(large), CHOICE)
    wait_for_threads()

    assert response["Location"] == large.get_absolute_url()
    in_the_background = DatasetVersion.objects.get().splits
    assert not Table.objects.get().is_splitting
    monkeypatch.undo()
    alice_client.post(url(large), CHOICE)
    assert DatasetVersion.objects.get().splits == in_the_background


@pytest.mark.django_db(transaction=True)
def test_a_split_that_fails_says_so_and_changes_nothing(
    alice_client: Client, large: Dataset, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(services, "split_rows", lambda *_: 1 / 0)

    alice_client.post(url(large), CHOICE)
    wait_for_threads()

    assert split_thread.FAILED in alice_client.get(large.get_absolute_url()).content.decode()
    assert not DatasetVersion.objects.exists()
    assert not Table.objects.get().is_splitting


@pytest.mark.django_db(transaction=True)
def test_it_tells_how_far_it_is(alice: User, large: Dataset, monkeypatch: pytest.MonkeyPatch):
    told: list[int] = []

    services.save_version(
        dataset=large,
        table=Table.objects.get(),
        user=alice,
        input_columns=["ticket"],
        target_columns=["label"],
        tell=told.append,
    )

    assert told == [*range(7, 60, 7), 60]
    assert not connection.in_atomic_block


def test_the_page_shows_how_far_it_is_and_asks_again(alice_client: Client, splitting: Dataset):
    page = alice_client.get(splitting.get_absolute_url()).content.decode()

    assert "Splitting the rows" in page
    assert "40 %" in page
    assert f'hx-get="{progress_url(splitting)}"' in page
    assert 'http-equiv="refresh"' in page
    assert "Save columns and split" not in page
    assert "60 rows take a moment" in alice_client.get(progress_url(splitting)).content.decode()


def test_a_second_split_waits_for_the_first(alice_client: Client, splitting: Dataset, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "ROWS_SPLIT_AT_ONCE", 10)

    page = alice_client.post(url(splitting), CHOICE, follow=True).content.decode()

    assert "being split already" in page
    assert not DatasetVersion.objects.exists()


def test_a_split_whose_process_is_gone_is_given_up(alice_client: Client, splitting: Dataset):
    Table.objects.update(alive_at=timezone.now() - timedelta(seconds=importing.LOST_AFTER_SECONDS + 1))

    assert alice_client.get(progress_url(splitting))["HX-Refresh"] == "true"

    page = alice_client.get(splitting.get_absolute_url()).content.decode()
    assert "The server stopped while it split the rows" in page
    assert "Save columns and split" in page
