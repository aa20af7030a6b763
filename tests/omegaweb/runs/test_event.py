"""One event as it was recorded."""

from __future__ import annotations

import pytest
from django.urls import reverse

from optimizer_core import events
from tests import event_streams
from tests.omegaweb.engine.recording import recorded_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(alice) -> str:
    said = events.WarningRaised(code="slow", message="<b>slow</b>")
    run = recorded_run(alice, [event_streams.started(), said])
    return reverse("runs:event", args=[run.pk, 2])


def test_it_shows_everything_that_was_said(alice_client, url):
    page = alice_client.get(url).content.decode()

    assert "warning.raised" in page
    assert "&quot;code&quot;: &quot;slow&quot;" in page
    assert "<b>slow</b>" not in page


def test_an_event_that_was_not_said_is_not_found(alice_client, url):
    assert alice_client.get(url.replace("/2/", "/3/")).status_code == 404


def test_others_get_not_found(bob_client, url):
    assert bob_client.get(url).status_code == 404


def test_signed_out_it_asks_to_sign_in(client, url):
    assert client.get(url).status_code == 302
