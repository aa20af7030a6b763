"""Pages that could not be shown look like the site, say what to do, and tell nobody what is in it."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views import defaults

pytestmark = pytest.mark.django_db


def test_an_unknown_address_leads_back(alice_client):
    response = alice_client.get("/nowhere/")

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()
    assert 'href="/"' in response.content.decode()


def test_a_stranger_sees_no_navigation():
    page = Client().get("/nowhere/").content.decode()

    assert "There is nothing here" in page
    assert reverse("datasets:list") not in page


def test_a_form_from_another_page_is_to_be_sent_again(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    response = client.post(reverse("accounts:password"), {})

    assert response.status_code == 403
    assert "Please send it again" in response.content.decode()


@pytest.mark.parametrize(
    ("view", "error", "heading"),
    [
        (defaults.permission_denied, PermissionDenied(), "This is not for you"),
        (defaults.bad_request, SuspiciousOperation(), "This could not be understood"),
    ],
)
def test_refusals_are_in_words(view, error, heading):
    assert heading in view(RequestFactory().get("/"), error).content.decode()


def test_a_mistake_of_the_site_is_called_so():
    page = defaults.server_error(RequestFactory().get("/")).content.decode()

    assert "Something broke" in page
    assert "css/base" in page
