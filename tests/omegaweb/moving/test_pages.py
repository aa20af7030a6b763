"""Downloading a whole run, and the page that takes one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import AsyncClient, Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.audit.models import AuditEntry
from omegaweb.runs.models import Run, RunState
from tests import factories
from tests.factories_runs import make_candidate, make_run
from tests.omegaweb.moving.test_round_trip import rich_run, written
from tests.people import join

ADDRESS = "/runs/import/"


def upload(content: bytes) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("run.omegarun", content)}


@pytest.mark.django_db(transaction=True)
async def test_the_download_is_what_the_import_takes(alice: User, bob: User, charlie: User) -> None:
    run = await sync_to_async(rich_run)(alice, bob)
    client = AsyncClient()
    await client.aforce_login(alice)
    response = await client.get(reverse("moving:download", args=[run.pk]))
    content = b"".join([chunk async for chunk in response.streaming_content])  # type: ignore[attr-defined]

    assert response["Content-Disposition"] == f'attachment; filename="triage-first-try-{run.pk}.omegarun"'
    entry = await AuditEntry.objects.aget(action="run.taken_away")
    assert (entry.actor_name, entry.target_name) == ("alice", str(run))
    await client.aforce_login(charlie)
    response = await client.post(ADDRESS, upload(content))
    there = await Run.objects.alatest("pk")
    assert response["Location"] == there.get_absolute_url()


@pytest.mark.django_db
def test_what_cannot_be_imported_is_said_beside_the_file(charlie: User, charlie_client: Client) -> None:
    response = charlie_client.post(ADDRESS, upload(b"PK nonsense"))

    assert response.status_code == 422
    assert "This is no run of omegaweb" in response.content.decode()
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_a_missing_file_and_a_second_import_are_explained(alice: User, bob: User, alice_client: Client) -> None:
    run = rich_run(alice, bob)

    assert "Choose a file first." in alice_client.post(ADDRESS, {}).content.decode()
    again = alice_client.post(ADDRESS, upload(written(run).getvalue()))
    assert f"This run is here already, as “{run}” (run {run.pk})" in again.content.decode()
    assert f'href="{run.get_absolute_url()}">Open “{run}”' in again.content.decode()


@pytest.mark.django_db
def test_a_run_under_way_says_why_it_cannot_be_taken(alice: User, alice_client: Client) -> None:
    run = make_run(alice, state=RunState.RUNNING)

    answer = alice_client.get(reverse("moving:download", args=[run.pk]), follow=True).content.decode()

    assert "pause or stop it first" in answer
    assert "Download whole run" not in answer
    assert not AuditEntry.objects.filter(action="run.taken_away").exists()


@pytest.mark.django_db
def test_only_owners_take_a_run_away(alice: User, bob: User, bob_client: Client, client: Client) -> None:
    run = make_run(alice, state=RunState.COMPLETED)
    address = reverse("moving:download", args=[run.pk])

    assert bob_client.get(address).status_code == 404
    join(run.project, bob, "editor")
    assert bob_client.get(address).status_code == 403
    assert client.get(address).status_code == 302
    assert client.post(ADDRESS, {}).status_code == 302


@pytest.mark.django_db
def test_viewers_import_nothing(alice: User, bob: User, bob_client: Client) -> None:
    project = factories.project_of(alice)
    join(project, bob, "viewer")

    response = bob_client.post(ADDRESS, {"project": project.pk, **upload(b"x")})

    assert response.status_code == 403


@pytest.mark.django_db
def test_the_settings_say_where_a_run_came_from(alice: User, alice_client: Client) -> None:
    origin = {"by": "alice", "run": "7", "project": "<b>Mail</b>"}
    run = make_run(alice, state=RunState.COMPLETED, origin=origin)
    make_candidate(run)

    page = alice_client.get(f"{run.get_absolute_url()}?tab=settings").content.decode()

    assert "Imported by alice from run 7 of “&lt;b&gt;Mail&lt;/b&gt;”" in page


@pytest.mark.django_db
def test_the_commands_carry_a_run(alice: User, bob: User, charlie: User, tmp_path: Path) -> None:
    run, file, said = rich_run(alice, bob), tmp_path / "a.omegarun", io.StringIO()
    call_command("export_run", run.pk, file, stdout=said)
    call_command("import_run", file, owner="charlie", stdout=said)

    there = Run.objects.in_project(factories.project_of(charlie)).get()
    assert str(there.created_by) == "alice (elsewhere)"
    assert there.get_absolute_url() in said.getvalue()
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_run", run.pk, file)
    with pytest.raises(CommandError, match=f"run {there.pk}"):
        call_command("import_run", file, owner="charlie")
    with pytest.raises(CommandError, match="charlie is no editor of"):
        call_command("import_run", file, owner="charlie", project=str(factories.project_of(alice).pk))
    mine = factories.project_of(charlie)
    with pytest.raises(
        CommandError, match=f"no project 'Mail'. Projects that charlie may change: “{mine}” .{mine.pk}."
    ):
        call_command("import_run", file, owner="charlie", project="Mail")
    with pytest.raises(CommandError, match="There is no run 4711"):
        call_command("export_run", 4711, tmp_path / "b")


@pytest.mark.django_db
def test_a_command_that_cannot_leaves_no_file(alice: User, tmp_path: Path) -> None:
    run = make_run(alice, state=RunState.RUNNING)
    with pytest.raises(CommandError, match="under way"):
        call_command("export_run", run.pk, tmp_path / "a")
    assert not (tmp_path / "a").exists()
