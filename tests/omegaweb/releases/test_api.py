"""What machines get: the current version with a token of its program, and nothing without."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.releases.models import ProgramToken, Release
from omegaweb.releases.tokens import make_token, revoke
from omegaweb.runs.models import Run, RunState
from tests.factories_runs import make_candidate, make_program, make_release, make_run


@pytest.fixture
def release(alice: User, alice_client: Client) -> Release:
    run = make_run(alice, state=RunState.COMPLETED)
    make_candidate(run)
    release = make_release(make_candidate(run, number=1, instruction="Sort: {{text}}", examples=[("a", "billing")]))
    data = {"verdict": "approved", "make_current": "on", "comment": "Yes"}
    alice_client.post(f"/releases/{release.pk}/decide/", data)
    release.refresh_from_db()
    return release


def ask(program_id: int, secret: str | None, method: str = "GET", **headers: str):
    known = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
    return Client().generic(method, f"/api/programs/{program_id}/current", headers={**known, **headers})


def secret_of(release: Release, name: str = "production") -> str:
    return make_token(release.program, user=User.objects.get(username="alice"), name=name)[1]


def test_a_token_reads_the_current_version(release: Release):
    response = ask(release.program_id, secret_of(release))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "private, no-cache"
    said = json.loads(response.content)
    assert said["version"] == 1
    assert said["variables"] == release.content
    assert said["approved"][0]["by"] == "alice"
    assert "Sort:" in said["prompt"]
    assert said["saved_program"]["about"][0].startswith("Candidate #1")


def test_an_unchanged_version_answers_304_and_a_new_one_does_not(release: Release, alice_client: Client):
    secret = secret_of(release)
    etag = ask(release.program_id, secret)["ETag"]
    unchanged = ask(release.program_id, secret, **{"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", etag)
    run = Run.objects.get(pk=release.run_id)
    second = make_release(make_candidate(run, number=2, instruction="Read: {{text}}"))
    alice_client.post(f"/releases/{second.pk}/decide/", {"verdict": "approved", "make_current": "on"})
    changed = ask(release.program_id, secret, **{"If-None-Match": etag})
    assert changed.status_code == 200
    assert json.loads(changed.content)["version"] == 2


@pytest.mark.parametrize("secret", [None, "", "owr_wrong", "owr_wrong\x00 ü"])
def test_no_token_and_wrong_tokens_get_401(release: Release, secret: str | None):
    response = ask(release.program_id, secret)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response["Cache-Control"] == "private, no-cache"
    assert "error" in json.loads(response.content)


def test_a_session_is_no_token(release: Release, alice_client: Client):
    assert alice_client.get(f"/api/programs/{release.program_id}/current").status_code == 401


def test_a_revoked_token_gets_401(release: Release, alice: User):
    token, secret = make_token(release.program, user=alice, name="old")
    assert ask(release.program_id, secret).status_code == 200
    assert revoke(token, user=alice)
    assert not revoke(token, user=alice)
    assert ask(release.program_id, secret).status_code == 401


def test_a_token_reads_no_other_program(release: Release, bob: User):
    other = make_program(bob, name="Bob's")
    _, secret = make_token(other, user=bob, name="his")
    assert ask(release.program_id, secret).status_code == 404
    assert ask(other.pk, secret).status_code == 404  # it has no current version
    assert ask(987654, secret).status_code == 404


def test_it_only_reads(release: Release):
    secret = secret_of(release)
    assert ask(release.program_id, secret, "HEAD").status_code == 200
    response = ask(release.program_id, secret, "POST")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_a_token_is_shown_once_and_stored_as_a_hash(release: Release, alice_client: Client):
    address = f"/releases/programs/{release.program_id}/"
    page = alice_client.post(f"{address}tokens/", {"name": "<b>staging</b>"}).content.decode()
    token = ProgramToken.objects.get()
    secret = next(word for word in page.replace("<", " ").replace(">", " ").split() if len(word) == 47)
    assert secret.startswith(token.start)
    assert ask(release.program_id, secret).status_code == 200
    assert secret not in str(list(ProgramToken.objects.values()))
    again = alice_client.get(address).content.decode()
    assert secret not in again
    assert "&lt;b&gt;staging&lt;/b&gt;" in again
    assert "<b>staging" not in again + page
    alice_client.post(f"{address}tokens/{token.pk}/revoke/")
    assert ask(release.program_id, secret).status_code == 401
    assert alice_client.post(f"{address}tokens/", {"name": ""}).status_code == 422


def test_when_it_was_last_used_is_noted_at_most_once_a_minute(release: Release):
    secret = secret_of(release)
    ask(release.program_id, secret)
    first = ProgramToken.objects.get().last_used_at
    assert first is not None
    ask(release.program_id, secret)
    assert ProgramToken.objects.get().last_used_at == first
    ProgramToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    ask(release.program_id, secret)
    assert (ProgramToken.objects.get().last_used_at or first) > first
