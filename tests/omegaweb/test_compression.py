"""Texts are sent packed, files are not, and equal pages differ in length."""

from __future__ import annotations

import gzip

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from omegaweb.compression import Compression

pytestmark = pytest.mark.django_db
PACKED = {"Accept-Encoding": "gzip"}


def packed(response: HttpResponse) -> HttpResponse:
    """Return an answer as it leaves the site."""
    sent = Compression(lambda asked: response)(RequestFactory().get("/", headers=PACKED))
    assert isinstance(sent, HttpResponse)
    return sent


def test_a_page_is_sent_packed_to_a_browser_that_asks_for_it(alice_client: Client) -> None:
    response = alice_client.get("/runs/", headers=PACKED)

    assert response["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response["Vary"]
    assert b"No runs yet" in gzip.decompress(response.content)
    assert "Content-Encoding" not in alice_client.get("/runs/")


def test_what_is_packed_already_goes_as_it_is() -> None:
    assert "Content-Encoding" not in packed(HttpResponse(b"0" * 5000, content_type="application/zip"))


def test_the_length_of_a_packed_page_does_not_tell_what_is_on_it() -> None:
    assert len({len(packed(HttpResponse(b"0" * 5000)).content) for _ in range(40)}) > 1
