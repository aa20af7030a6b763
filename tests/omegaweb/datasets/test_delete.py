"""Deleting a dataset."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from omegaweb.accounts.models import User
from omegaweb.datasets.models import Dataset, Table, TableRow
from tests import factories
from tests.factories_runs import make_run


def url(dataset: Dataset) -> str:
    return reverse("datasets:delete", args=[dataset.pk])


def test_it_asks_first(alice_client: Client, alice: User):
    response = alice_client.get(url(factories.dataset(alice)))

    assert "are deleted for good" in response.content.decode()
    assert Dataset.objects.exists()


def test_rows_and_file_go_with_it(
    alice_client: Client, alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
):
    dataset = factories.dataset(alice)
    file = Path(settings.MEDIA_ROOT) / Table.objects.get().file
    assert file.exists()

    with django_capture_on_commit_callbacks(execute=True):
        response = alice_client.post(url(dataset))

    assert response["Location"] == reverse("datasets:list")
    assert not Dataset.objects.exists()
    assert not TableRow.objects.exists()
    assert not file.exists()


def test_a_dataset_that_a_run_used_stays_and_the_reason_is_told(alice_client: Client, alice: User):
    run = make_run(alice)
    dataset = run.dataset_version.dataset

    page = alice_client.post(url(dataset), follow=True).content.decode()

    assert f"is still needed by run “{run.name}”" in page
    assert Dataset.objects.filter(pk=dataset.pk).exists()
    assert TableRow.objects.exists()


def test_of_many_runs_that_need_it_a_few_are_named_and_the_others_counted(alice_client: Client, alice: User):
    version = factories.version(alice)
    for name in "abcdefgh":
        make_run(alice, version=version, name=name)

    page = alice_client.post(url(version.dataset), follow=True).content.decode()

    assert "run “d”, run “e” and 3 more, so it was not deleted" in page


def test_others_cannot(charlie_client: Client, alice: User):
    dataset = factories.dataset(alice)

    assert charlie_client.get(url(dataset)).status_code == 404
    assert charlie_client.post(url(dataset)).status_code == 404
    assert Dataset.objects.exists()


def test_signed_out_people_cannot(client: Client, alice: User):
    assert client.post(url(factories.dataset(alice)))["Location"].startswith(reverse("accounts:sign-in"))
    assert Dataset.objects.exists()
