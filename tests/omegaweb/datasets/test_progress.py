"""How far the reading is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.datasets import importing
from omegaweb.datasets.models import Dataset, Table
from tests import factories


@pytest.fixture
def reading(alice: User) -> Dataset:
    """A dataset whose file is being read."""
    dataset = factories.dataset(alice)
    Table.objects.update(state=Table.State.READING, progress=40, row_count=2400)
    return dataset


def url(dataset: Dataset) -> str:
    return reverse("datasets:progress", args=[dataset.pk])


def test_it_tells_the_share_and_the_rows(alice_client: Client, reading: Dataset):
    page = alice_client.get(url(reading)).content.decode()

    assert "40 %" in page
    assert "2,400 rows so far" in page


def test_the_page_asks_again_even_without_javascript(alice_client: Client, reading: Dataset):
    page = alice_client.get(reading.get_absolute_url()).content.decode()

    assert f'hx-get="{url(reading)}"' in page
    assert 'http-equiv="refresh"' in page


def test_when_it_is_over_the_page_is_loaded_anew(alice_client: Client, alice: User):
    assert alice_client.get(url(factories.dataset(alice)))["HX-Refresh"] == "true"


def test_a_reading_whose_process_is_gone_fails_instead_of_beginning_again(
    alice_client: Client, reading: Dataset, monkeypatch: pytest.MonkeyPatch
):
    started: list[int] = []
    monkeypatch.setattr(importing, "start", started.append)

    alice_client.get(url(reading))
    assert Table.objects.get().is_reading

    Table.objects.update(alive_at=timezone.now() - timedelta(seconds=importing.LOST_AFTER_SECONDS + 1))
    assert alice_client.get(url(reading))["HX-Refresh"] == "true"
    table = Table.objects.get()
    assert (table.state, table.error, table.row_count) == (Table.State.FAILED, importing.LOST, 0)
    assert not table.rows.exists()
    assert "The server stopped while it read the file" in alice_client.get(reading.get_absolute_url()).content.decode()
    assert started == []


def test_others_cannot(charlie_client: Client, reading: Dataset):
    assert charlie_client.get(url(reading)).status_code == 404


def test_signed_out_people_are_sent_to_sign_in(client: Client, reading: Dataset):
    assert client.get(url(reading))["Location"].startswith(reverse("accounts:sign-in"))
