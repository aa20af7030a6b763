"""The page of a project's keys: set, replace, test, remove; owners only; and nothing ever shows a key."""

from __future__ import annotations

import logging
import re

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.audit.models import AuditEntry
from omegaweb.keys.models import ProviderKey
from omegaweb.keys.secret import decrypted
from omegaweb.projects.models import Project
from tests import factories
from tests.fakes.key_server import KeyServer
from tests.people import join

pytestmark = pytest.mark.django_db
KEY = "sk-secret-0123456789-wxyz"


@pytest.fixture
def project(alice: User) -> Project:
    return factories.project_of(alice)


def page_of(project: Project) -> str:
    return reverse("keys:list", args=[project.pk])


def set_on_page(client: Client, project: Project, key: str = KEY, **changes: str) -> ProviderKey:
    response = client.post(page_of(project), {"provider": "openai", "key": key, **changes})
    assert response.status_code == 302
    return ProviderKey.objects.filter(project=project).latest("pk")


def test_a_key_is_set_and_only_its_end_is_shown(alice: User, alice_client: Client, project: Project) -> None:
    row = set_on_page(alice_client, project, f" {KEY} ")
    shown = alice_client.get(page_of(project)).content.decode()

    assert decrypted(row.encrypted) == KEY
    assert KEY not in row.encrypted
    assert "…wxyz" in shown
    assert "not tested" in shown
    assert KEY not in shown
    entry = AuditEntry.objects.get(action="key.set")
    assert (entry.target_name, entry.before, entry.after) == ("openai", None, {"ending": "wxyz"})


def test_a_key_is_replaced_and_removed(alice_client: Client, project: Project) -> None:
    row = set_on_page(alice_client, project)
    ProviderKey.objects.update(works=False, test_note="refused")
    assert set_on_page(alice_client, project, "sk-another-0123456789-abcd").pk == row.pk
    row.refresh_from_db()
    assert (row.ending, row.works, row.test_note) == ("abcd", None, "")

    alice_client.post(reverse("keys:remove", args=[project.pk, row.pk]))
    assert not ProviderKey.objects.exists()
    said = list(AuditEntry.objects.order_by("pk").values_list("action", "before", "after"))
    assert said[-2:] == [
        ("key.set", {"ending": "wxyz"}, {"ending": "abcd"}),
        ("key.removed", {"ending": "abcd"}, None),
    ]


def test_of_a_short_key_nothing_is_shown(alice_client: Client, project: Project) -> None:
    assert set_on_page(alice_client, project, "short-key").ending == ""


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"provider": "openai", "key": ""}, "Key"),
        ({"provider": "openai", "key": "two words of a key"}, "A key has no spaces"),
        ({"provider": "nobody", "key": KEY}, "nobody"),
        ({"provider": "address", "key": KEY}, "Write the whole address"),
        ({"provider": "address", "key": KEY, "address": "ftp://x"}, "Write the whole address"),
        ({"provider": "address", "key": KEY, "address": "https://me:pw@x.org"}, "must not hold a name or a password"),
    ],
)
def test_what_is_wrong_is_said_without_repeating_the_key(
    alice_client: Client, project: Project, sent: dict[str, str], words: str
) -> None:
    response = alice_client.post(page_of(project), sent)

    assert response.status_code == 422
    text = response.content.decode()
    assert words in text
    assert 'class="field-error' in text or "errorlist" in text
    if sent["key"]:
        assert sent["key"] not in text
    assert not ProviderKey.objects.exists()


def test_a_test_says_how_long_it_took_or_what_the_provider_said(alice_client: Client, project: Project) -> None:
    with KeyServer(KEY) as server:
        row = set_on_page(alice_client, project, provider="address", address=f"{server.url}/")
        address = reverse("keys:test", args=[project.pk, row.pk])
        good = alice_client.post(address, {"model": "openai/any"}, headers={"hx-request": "true"})
        server.key = "another"
        bad = alice_client.post(address, {"model": "openai/any"}, follow=True)

    assert server.asked == [KEY, KEY]
    assert re.search(r"openai/any answered in \d+\.\d s", good.content.decode())
    text = bad.content.decode()
    assert "Incorrect API key provided: (key)" in text
    assert KEY not in text
    row.refresh_from_db()
    assert (row.works, row.tested_with) == (False, "openai/any")
    assert KEY not in row.test_note


def test_a_key_is_not_tested_with_another_providers_model(alice_client: Client, project: Project) -> None:
    row = set_on_page(alice_client, project)
    response = alice_client.post(
        reverse("keys:test", args=[project.pk, row.pk]), {"model": "groq/x"}, headers={"hx-request": "true"}
    )

    assert response.status_code == 422
    assert "Name a model of this provider: openai/…" in response.content.decode()
    row.refresh_from_db()
    assert row.works is None


def test_a_key_whose_secret_is_gone_says_so(alice_client: Client, project: Project) -> None:
    ProviderKey.objects.create(project=project, provider="openai", encrypted="gAAAA", ending="wxyz")

    assert "cannot be read" in alice_client.get(page_of(project)).content.decode()


def test_keys_of_the_site_are_named_and_not_shown(
    alice_client: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    text = alice_client.get(page_of(project)).content.decode()

    assert "GROQ_API_KEY" in text
    assert "wxyz" not in text


@pytest.mark.parametrize("debug", [True, False])
def test_no_error_page_and_no_log_holds_a_key(
    alice: User,
    project: Project,
    settings: object,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    debug: bool,
) -> None:
    def break_down(**_: object) -> None:
        raise RuntimeError("a wheel came off")

    settings.DEBUG = debug  # type: ignore[attr-defined]
    monkeypatch.setattr("omegaweb.audit.services.AuditEntry.objects.create", break_down)
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    with caplog.at_level(logging.DEBUG):
        response = client.post(page_of(project), {"provider": "openai", "key": KEY})

    assert response.status_code == 500
    assert KEY not in response.content.decode()
    assert KEY not in caplog.text


def test_owners_only(alice_client: Client, bob: User, bob_client: Client, client: Client, project: Project) -> None:
    row = set_on_page(alice_client, project)
    addresses = [reverse(f"keys:{name}", args=[project.pk, row.pk]) for name in ("test", "remove")]
    assert [bob_client.post(address).status_code for address in addresses] == [404, 404]
    join(project, bob, "editor")
    assert [bob_client.post(address).status_code for address in addresses] == [403, 403]
    assert bob_client.get(page_of(project)).status_code == 403
    assert client.get(page_of(project)).status_code == 302


def test_a_key_of_another_project_is_not_found(
    alice_client: Client, bob: User, bob_client: Client, project: Project
) -> None:
    row = set_on_page(alice_client, project)
    theirs = factories.project_of(bob)

    assert bob_client.post(reverse("keys:remove", args=[theirs.pk, row.pk])).status_code == 404
    assert ProviderKey.objects.exists()
