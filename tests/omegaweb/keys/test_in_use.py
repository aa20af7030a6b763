"""Keys of a project in what is asked on its behalf: runs, the launch form, the trial of a program."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.engine import launcher
from omegaweb.engine.own_keys import RowKeys, means_of
from omegaweb.engine.providers import key_note, missing_key
from omegaweb.keys.services import remove_key, set_key
from omegaweb.runs import steering
from omegaweb.runs.configuration import ModelChoice
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.models.requests import Steer
from tests import factories
from tests.factories_runs import make_program, make_run, make_version
from tests.fakes.key_server import KeyServer
from tests.omegaweb.engine.scripted_runs import finished, until
from tests.omegaweb.moving.test_round_trip import written
from tests.omegaweb.runs.launch_data import launch_data

KEY = "sk-secret-0123456789-wxyz"
MODEL = "openai/gpt-4o-mini"


def keep(user: User, *, provider: str = "openai", address: str = "", key: str = KEY) -> Any:
    return set_key(project=factories.project_of(user), user=user, provider=provider, address=address, key=key)


@pytest.mark.django_db
def test_a_key_counts_in_its_project_only(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    keep(alice)
    with means_of(factories.project_of(alice)):
        assert (missing_key(MODEL), key_note(MODEL)) == ("", "This project’s key")
    with means_of(factories.project_of(bob)):
        assert (missing_key(MODEL), key_note(MODEL)) == ("OPENAI_API_KEY", "OPENAI_API_KEY is not set")


@pytest.mark.django_db
def test_a_key_that_is_replaced_or_removed_is_seen(alice: User) -> None:
    row = keep(alice)
    keys = RowKeys(row.project_id)
    assert keys.keys.key_for(MODEL, None) == KEY
    keep(alice, key="sk-another-0123456789")
    keys.look()
    assert keys.keys.key_for(MODEL, None) == "sk-another-0123456789"
    remove_key(row=row, user=alice)
    keys.look()
    assert keys.keys.key_for(MODEL, None) is None


@pytest.mark.django_db
def test_the_launch_form_says_which_key_is_used_or_missing(
    alice: User, alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    data = launch_data(make_version(alice), make_program(alice), task_model=MODEL)
    missing = alice_client.post("/runs/launch/estimate/", data).content.decode()
    keep(alice)
    used = alice_client.post("/runs/launch/estimate/", data).content.decode()

    assert "no key." in missing
    assert 'target="_blank"' in missing  # what was entered in the form stays
    assert f"/projects/{factories.project_of(alice).pk}/keys/?provider=openai#set-key" in missing
    assert "This project’s key" in used
    assert "Tokens" in used  # the form is in order now
    assert KEY not in used


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [KEY, "another"])
def test_a_run_asks_with_the_projects_key_and_nothing_keeps_it(
    alice: User, monkeypatch: pytest.MonkeyPatch, known: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keep(alice)
    with KeyServer(known, answer={"label": "billing"}) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        run = queued(alice)
        launcher.start(run.pk)
        run = finished(run)

    assert set(server.asked) == {KEY}
    assert run.state == (RunState.COMPLETED if known == KEY else run.state)
    if known != KEY:
        assert "Incorrect API key provided: (key)" in run.message + str(run.events.values_list("payload", flat=True))
    assert KEY not in caplog.text
    assert KEY not in whole_database()
    if run.can_be_taken_away:
        file = zipfile.ZipFile(written(run))
        assert not any(KEY.encode() in file.read(name) for name in file.namelist())


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_revoked_in_mid_run_can_be_replaced_without_a_restart(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(alice)
    with KeyServer(KEY, answer={"label": "billing"}) as server:
        server.change_after(2, "sk-another-0123456789")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        run = queued(alice)
        launcher.start(run.pk)
        until(lambda: Run.objects.get(pk=run.pk).waits_for_provider)
        keep(alice, key="sk-another-0123456789")
        steering.ask(run, user=alice, action=Steer.RESUME)
        run = finished(run)

    assert (run.state, run.message) == (RunState.COMPLETED, "")
    assert set(server.asked) == {KEY, "sk-another-0123456789"}


def queued(owner: User) -> Run:
    """A tiny run of few-shot sampling that asks one model."""
    version = make_version(owner, splits="ttvvs")
    program = make_program(owner)
    models = ModelChoice(task=MODEL, embedding="")
    run = make_run(
        owner,
        version=version,
        program=program,
        configuration={"models": models},
        state=RunState.QUEUED,
        started_at=None,
    )
    run.events.all().delete()
    Run.objects.filter(pk=run.pk).update(last_sequence=0)
    return run


def whole_database() -> str:
    """Every value of every table."""
    with connection.cursor() as cursor:
        rows: list[Any] = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows.extend(cursor.fetchall())
    return str(rows)
