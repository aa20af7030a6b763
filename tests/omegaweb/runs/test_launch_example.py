"""The button that makes the ready-made example."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.datasets.models import Dataset
from omegaweb.runs.models import Run

URL = reverse("runs:example")


def test_it_opens_the_launch_page_with_everything_filled_in(alice_client: Client, alice: User):
    response = alice_client.post(URL, follow=True)
    form = response.context["form"]

    version = Dataset.objects.get(created_by=alice).latest_version
    assert version is not None
    assert form["version"].value() == version.pk
    assert form["program"].value()
    assert response.context["preset"]
    assert response.context["estimate"].proposals.low >= 3
    assert not Run.objects.exists()


def test_it_takes_a_post(alice_client: Client):
    assert alice_client.get(URL).status_code == 405


def test_signed_out_people_get_nothing(client: Client, db: None):
    client.post(URL)

    assert not Dataset.objects.exists()
