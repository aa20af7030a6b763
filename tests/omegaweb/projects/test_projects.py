"""Making, naming, choosing and deleting projects, and what goes into which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action, AuditEntry
from omegaweb.datasets.models import Dataset, Table
from omegaweb.programs.models import Program
from omegaweb.projects import deletion, services
from omegaweb.projects.models import Project, Role
from omegaweb.releases.models import OpeningState, Release
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.services import launch_run
from tests import factories
from tests.factories_runs import make_candidate, make_program, make_release, make_run, make_version
from tests.people import join


@pytest.fixture
def second(alice: User) -> Project:
    """Another project of Alice's."""
    return services.create_project(user=alice, name="Second")


def switch(client: Client, project: Project, **data: str) -> str:
    answer: str = client.post(reverse("projects:switch", args=[project.pk]), data)["Location"]
    return answer


def test_a_new_project_is_the_current_one(alice_client: Client) -> None:
    page = alice_client.post(reverse("projects:create"), {"name": " Support "}, follow=True)
    assert page.context["current_project"].name == "Support"
    assert page.context["my_role"] is Role.OWNER
    assert alice_client.post(reverse("projects:create"), {"name": " "}).status_code == 422


def test_who_has_one_project_sees_no_switcher(alice_client: Client, alice: User) -> None:
    assert "project-menu" not in alice_client.get("/").content.decode()
    services.create_project(user=alice, name="Second")
    assert "project-menu" in alice_client.get("/").content.decode()


@pytest.mark.parametrize("name", ["datasets", "programs", "runs"])
def test_lists_show_the_current_project_and_pages_work_in_any(alice_client, alice: User, second, name: str) -> None:
    run = make_run(alice, name="Tickets and Triage", program=make_program(alice, name="Triage"))
    thing: Any = {"datasets": run.dataset_version.dataset, "programs": run.program, "runs": run}[name]
    address = reverse(f"{name}:list")
    assert f'href="{thing.get_absolute_url()}"' in alice_client.get(address).content.decode()
    switch(alice_client, second)
    assert f'href="{thing.get_absolute_url()}"' not in alice_client.get(address).content.decode()
    assert f'href="{thing.get_absolute_url()}"' not in alice_client.get("/").content.decode()
    page = alice_client.get(thing.get_absolute_url()).content.decode()
    assert "It belongs to this project" in page
    assert "alice&#x27;s project" in page


def test_switching_goes_back_to_a_page_of_this_site_only(alice_client: Client, second: Project) -> None:
    assert switch(alice_client, second, next="/runs/") == "/runs/"
    assert switch(alice_client, second, next="https://evil.example/") == "/"
    assert switch(alice_client, second) == "/"


def test_something_new_goes_where_its_form_was_opened(alice_client: Client, alice: User, second: Project) -> None:
    first = factories.project_of(alice)
    switch(alice_client, second)
    upload = {"file": SimpleUploadedFile("a.csv", b"x,y\n1,2\n"), "project": first.pk}
    alice_client.post(reverse("datasets:upload"), upload)
    assert Dataset.objects.get().project == first
    alice_client.post(reverse("runs:example"))
    assert Program.objects.get().project == second


def test_a_program_made_from_a_dataset_stays_beside_it(alice_client: Client, alice: User, second: Project) -> None:
    dataset = factories.version(alice).dataset
    switch(alice_client, second)
    page = alice_client.get(reverse("programs:create"), {"dataset": dataset.pk})
    assert page.context["project"] == dataset.project
    page = alice_client.get(reverse("runs:launch"), {"dataset": dataset.pk})
    assert page.context["project"] == dataset.project


def test_a_run_takes_program_and_rows_from_one_project(alice: User, bob: User) -> None:
    program, version = make_program(alice), make_version(bob)
    with pytest.raises(ValueError, match="different projects"):
        launch_run(user=alice, name="x", version=version, program=program, configuration=make_run(alice).choices)


def test_the_same_name_may_be_used_in_two_projects(alice: User, bob: User) -> None:
    assert make_program(alice, name="Triage").project != make_program(bob, name="Triage").project


def test_renaming_is_written_down(alice_client: Client, second: Project) -> None:
    address = reverse("projects:rename", args=[second.pk])
    alice_client.post(address, {"name": "Third"})
    assert alice_client.post(address, {"name": ""}).status_code == 422
    entry = AuditEntry.objects.get(action=Action.PROJECT_RENAMED)
    assert (entry.before, entry.after) == ({"name": "Second"}, {"name": "Third"})


def delete(client: Client, project: Project, name: str) -> int:
    return client.post(reverse("projects:delete", args=[project.pk]), {"name": name}).status_code


def test_deleting_takes_everything_in_it_and_leaves_the_log(alice_client: Client, alice: User) -> None:
    project = factories.project_of(alice)
    version = factories.version(alice)
    file = Path(settings.MEDIA_ROOT, version.table.file)
    make_run(alice, version=version, state=RunState.COMPLETED)
    with_others = services.create_project(user=alice, name="Kept")
    before = AuditEntry.objects.count()

    assert delete(alice_client, project, "alice's projec") == 422
    assert file.exists()
    assert delete(alice_client, project, "alice's project") == 302

    assert list(Project.objects.all()) == [with_others]
    assert not any(model.objects.exists() for model in (Dataset, Table, Program, Run))
    log = AuditEntry.objects.in_project(project).order_by("pk").values_list("action", flat=True)[before - 1 :]
    assert list(log) == ["run.deleted", "program.deleted", "dataset.deleted", "project.deleted"]


def test_a_project_with_a_run_under_way_is_not_deleted(alice_client: Client, alice: User) -> None:
    run = make_run(alice, name="Busy", state=RunState.RUNNING)
    answer = alice_client.post(
        reverse("projects:delete", args=[run.project.pk]), {"name": run.project.name}, follow=True
    )
    assert "“Busy” is under way" in answer.content.decode()
    assert Run.objects.filter(pk=run.pk).exists()


@pytest.mark.parametrize(
    ("refusal", "names", "said"),
    [
        (deletion.RunsUnderWay, "a", "“a” is under way. Stop that first, then delete."),
        (deletion.RunsUnderWay, "abcde", "“a”, “b”, “c”, “d”, “e” are under way. Stop them first, then delete."),
        (
            deletion.RunsUnderWay,
            "abcdefghi",
            "“a”, “b”, “c”, “d”, “e” and 4 more are under way. Stop them first",
        ),
        (deletion.TestsUnderWay, "ab", "The tests of “a”, “b” are under way. Delete the project when they are done."),
    ],
)
def test_a_refusal_to_delete_says_how_many_are_under_way(refusal: type[Exception], names: str, said: str) -> None:
    assert str(refusal(list(names))).startswith(said)


def test_a_project_whose_sealed_rows_are_being_tested_is_not_deleted(alice_client: Client, alice: User) -> None:
    run = make_run(alice, name="Tested", state=RunState.COMPLETED)
    release = make_release(make_candidate(run), opening=run.openings.create(number=1, state=OpeningState.RUNNING))

    answer = alice_client.post(
        reverse("projects:delete", args=[run.project.pk]), {"name": run.project.name}, follow=True
    )

    assert "The test of “Tested” is under way" in answer.content.decode()
    assert Release.objects.get() == release


def test_what_cannot_be_deleted_to_the_end_is_not_begun(
    alice: User, alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(alice, state=RunState.COMPLETED)
    make_release(make_candidate(run))

    def fail(**_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(deletion, "delete_dataset", fail)
    with pytest.raises(ConnectionError):
        delete(alice_client, run.project, run.project.name)

    assert Run.objects.get() == run
    assert Release.objects.exists()
    assert not AuditEntry.objects.filter(action=Action.RUN_DELETED).exists()


def test_what_people_made_stays_when_their_account_goes(alice: User, bob: User) -> None:
    run = make_run(alice, state=RunState.COMPLETED)
    join(run.project, bob, Role.OWNER)
    alice.delete()
    run.refresh_from_db()
    assert run.created_by is None
    assert Run.objects.visible_to(bob).get() == run
