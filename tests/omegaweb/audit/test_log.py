"""The page of the audit log, and the log as a file."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action, AuditEntry
from omegaweb.audit.services import record
from omegaweb.projects.models import Project
from omegaweb.runs.models import RunState
from omegaweb.runs.services import delete_run
from tests.factories import project_of
from tests.factories_runs import make_run
from tests.people import join


@pytest.fixture
def project(alice: User, bob: User) -> Project:
    """Alice's, in which Bob is an editor; both have done something."""
    project = project_of(alice)
    join(project, bob, "editor")
    run = make_run(alice, name="Triage <b>one</b>")
    before, after = {"state": "running"}, {"state": "stopped"}
    record(project=project, actor=bob, action=Action.RUN_STOPPED, target=run, before=before, after=after)
    record(project=project, actor=alice, action=Action.PROJECT_RENAMED, target=project, after={"name": "=HYPERLINK(1)"})
    record(project=project_of(bob), actor=bob, action=Action.PROJECT_RENAMED, target=project_of(bob))
    return project


def page(client: Client, project: Project, **query: str) -> str:
    return client.get(reverse("audit:log", args=[project.pk]), query).content.decode()


def entries(client: Client, project: Project, **query: str) -> list[str]:
    shown = client.get(reverse("audit:log", args=[project.pk]), query)
    return [line.entry.action for line in shown.context["lines"]]


def export(client: Client, project: Project, kind: str, **query: str) -> str:
    answer = client.get(reverse("audit:export", args=[project.pk, kind]), query)
    assert f'filename="audit-alices-project.{kind}"' in answer["Content-Disposition"]
    return answer.content.decode()


def test_the_newest_comes_first_and_other_projects_stay_out(alice_client: Client, project: Project) -> None:
    assert entries(alice_client, project) == ["project.renamed", "run.stopped"]


def test_it_narrows_to_a_person_an_action_and_a_target(alice_client: Client, project: Project) -> None:
    assert entries(alice_client, project, person="bob") == ["run.stopped"]
    assert entries(alice_client, project, action="project.renamed") == ["project.renamed"]
    assert entries(alice_client, project, target="TRIAGE") == ["run.stopped"]
    assert entries(alice_client, project, person="bob", action="project.renamed") == []
    assert "Nothing fits" in page(alice_client, project, person="bob", action="project.renamed")


def test_names_and_values_are_escaped(alice_client: Client, project: Project) -> None:
    shown = page(alice_client, project)
    assert "Triage &lt;b&gt;one&lt;/b&gt;" in shown
    assert "<b>one</b>" not in shown


def test_a_thing_that_is_gone_has_no_link(alice_client: Client, alice: User, project: Project) -> None:
    run = make_run(alice, name="Later", state=RunState.COMPLETED)
    record(project=project, actor=alice, action=Action.RUN_LAUNCHED, target=run)
    link = f'href="{run.get_absolute_url()}"'
    assert link in page(alice_client, project)
    delete_run(run, user=alice)
    assert link not in page(alice_client, project)
    assert "Later" in page(alice_client, project)


def test_it_is_paged_and_takes_few_queries(alice_client, alice, project, django_assert_max_num_queries) -> None:
    for _ in range(60):
        record(project=project, actor=alice, action=Action.PROJECT_RENAMED, target=project)
    with django_assert_max_num_queries(16):
        shown = page(alice_client, project, person="alice")
    assert "1–50 of 61 entries" in shown
    assert "person=alice&amp;page=2" in shown
    assert len(entries(alice_client, project, page="2")) == 12


def test_the_owner_takes_it_away_as_csv(alice_client: Client, project: Project) -> None:
    rows = list(csv.DictReader(io.StringIO(export(alice_client, project, "csv"))))
    assert [row["action"] for row in rows] == ["run.stopped", "project.renamed", "audit.exported"]
    assert rows[0]["actor_name"] == "bob"
    assert json.loads(rows[0]["before"]) == {"state": "running"}


def test_a_spreadsheet_takes_no_cell_for_a_formula(alice_client: Client, project: Project) -> None:
    project.name = "=1+1"
    record(project=project, actor=None, action=Action.PROJECT_RENAMED, target=project)
    rows = list(csv.DictReader(io.StringIO(export(alice_client, project, "csv"))))
    assert rows[-2]["target_name"] == "'=1+1"


def test_the_owner_takes_what_is_filtered_as_json_lines(alice_client: Client, project: Project) -> None:
    lines = [json.loads(line) for line in export(alice_client, project, "jsonl", person="bob").splitlines()]
    assert [line["action"] for line in lines] == ["run.stopped"]
    assert lines[0]["after"] == {"state": "stopped"}
    taken = AuditEntry.objects.get(action=Action.AUDIT_EXPORTED)
    assert taken.after == {"file": "jsonl", "person": "bob"}


def test_other_kinds_of_file_are_not_found(alice_client: Client, project: Project) -> None:
    assert alice_client.get(reverse("audit:export", args=[project.pk, "pdf"])).status_code == 404


def test_moments_and_yes_or_no_are_written_as_people_do(alice_client: Client, alice: User, project: Project) -> None:
    after = {"ends": "2026-11-27T23:36:12.893706+00:00", "test": True, "name": "2026-02-31T00:00:00Z"}
    record(project=project, actor=alice, action=Action.PROJECT_RENAMED, target=project, after=after)
    page = alice_client.get(reverse("audit:log", args=[project.pk])).content.decode()
    assert "27 Nov 2026, 23:36:12" in page
    assert "<ins>yes</ins>" in page
    assert "2026-02-31T00:00:00Z" in page
