"""JSON in a file is not taken on trust: what pages could not show is refused, and nothing goes on by itself."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.engine import recovery
from omegaweb.moving.archive import ArchiveReader, NotImportable
from omegaweb.moving.reading import import_run
from omegaweb.runs.models import Run, RunState
from omegaweb.runs.models.requests import Steer
from tests import factories
from tests.factories_runs import make_candidate, make_run
from tests.omegaweb.moving.test_broken_files import file as file
from tests.omegaweb.moving.test_broken_files import put_together, refused, taken_apart
from tests.omegaweb.moving.test_round_trip import moved

pytestmark = pytest.mark.django_db

HUGE = 2_000_000_000


def with_values(file: io.BytesIO, member: str, **values: Any) -> io.BytesIO:
    manifest, members = taken_apart(file)
    members[member][0].update(values)
    return put_together(manifest, members)


@pytest.mark.parametrize(
    ("member", "values"),
    [
        ("run", {"result": {"verdict": "improved"}}),
        ("run", {"spend_by_role": {"task": 5}, "calls": 3}),
        ("run", {"spend_by_role": {"task": {"calls": "3"}}, "calls": 3}),
        ("scores", {"index": HUGE}),
        ("scores", {"split": "another"}),
        ("picks", {"index": HUGE}),
        ("candidates", {"content": 5}),
        ("candidates", {"flags": [{"flag": 5}]}),
        ("candidates", {"evidence": 5}),
        ("steering", {"payload": {}, "action": "ban"}),
        ("openings", {"figures": {"verdict": "improved"}}),
        ("releases", {"content": [1]}),
        ("releases", {"files": {"prompt": {"filename": "a\r\nSet-Cookie: x", "content_type": "x", "text": ""}}}),
        ("releases", {"files": {"program": {"filename": "a.json", "content_type": "x", "text": "no JSON"}}}),
        ("releases", {"files": {"page": {"filename": "a.html", "content_type": "text/html", "text": ""}}}),
        ("releases", {"files": 5}),
        ("releases", {"figures": {"test": 5}}),
    ],
)
def test_what_pages_could_not_show_is_refused(
    file: io.BytesIO, charlie: User, member: str, values: dict[str, Any]
) -> None:
    assert "cannot be used" in refused(with_values(file, member, **values), charlie)


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("review", {"after_hours": "explode"}),
        ("review", {"asks": "x"}),
        ("review", {"approvals": "2"}),
        ("review", {"hours": [1]}),
        ("models", {"task": 5}),
        ("budget", {"calls": "many"}),
        ("reward", {"preferences": [5]}),
        ("reward", {"fields": "label"}),
        ("training", {"concurrency": None}),
        ("training", {"concurrency": True}),
    ],
)
def test_a_configuration_that_no_form_would_write_is_refused(
    file: io.BytesIO, charlie: User, part: str, values: dict[str, Any]
) -> None:
    _, members = taken_apart(file)
    configuration = members["run"][0]["configuration"]
    configuration[part] = {**configuration[part], **values}
    problem = refused(with_values(file, "run", configuration=configuration), charlie)
    assert f"configuration.{part}" in problem


def test_a_file_of_a_version_is_sent_as_its_kind_whatever_its_row_says(
    file: io.BytesIO, charlie: User, charlie_client: Client
) -> None:
    text = json.dumps({"a": "<script>"})
    files = {"program": {"filename": "a.json", "content_type": "text/html", "text": text}}
    archive = ArchiveReader(with_values(file, "releases", files=files))
    release = import_run(archive, project=factories.project_of(charlie), user=charlie).releases.get()

    answer = charlie_client.get(f"/releases/{release.pk}/files/program/")

    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer.content.decode() == text


@pytest.mark.parametrize("action", [Steer.RESUME, Steer.EXTEND, Steer.FINISH])
def test_a_paused_run_is_not_woken_by_what_was_asked_elsewhere(alice: User, charlie: User, action: Steer) -> None:
    run = make_run(alice, state=RunState.PAUSED, claimed_by="")
    make_candidate(run)
    payload = {"calls": 10**6} if action is Steer.EXTEND else {}
    run.steering.create(action=action, payload=payload, author=alice)
    run.steering.create(action=Steer.NOTE, payload={"text": "shorter"}, author=alice)

    copy = moved(run, charlie)
    Run.objects.filter(pk=run.pk).delete()
    recovery.serve_sleepers()

    copy.refresh_from_db()
    assert copy.state == RunState.PAUSED
    assert [asked.action for asked in copy.steering.open()] == [Steer.NOTE]
    assert "Ask again" in copy.steering.get(action=action).problem


@pytest.mark.parametrize("position", [1, 70])
def test_an_odd_event_is_refused_however_far_back_in_the_log(file: io.BytesIO, charlie: User, position: int) -> None:
    manifest, members = taken_apart(file)
    last = members["events"][-1]
    failed = {"kind": "proposal.failed", "payload": {"operator": "mutation", "variable": "", "reason": "no answer"}}
    for sequence in range(last["sequence"] + 1, last["sequence"] + 141):
        members["events"].append({**last, "sequence": sequence, **failed})
    members["events"][-position].update(kind="run.finished", payload={"status": "odd", "reason": "", "message": ""})
    members["run"][0]["last_sequence"] = last["sequence"] + 140

    assert "cannot be used" in refused(put_together(manifest, members), charlie)


def test_what_is_refused_says_where(file: io.BytesIO, charlie: User) -> None:
    with pytest.raises(NotImportable, match=r"scores\.jsonl, line 1: there is no row 2000000000"):
        import_run(
            ArchiveReader(with_values(file, "scores", index=HUGE)), project=factories.project_of(charlie), user=charlie
        )


def test_who_is_listed_but_named_by_no_row_gets_no_account(file: io.BytesIO, charlie: User) -> None:
    manifest, members = taken_apart(file)
    members["people"] += [{"person": 10**6 + n, "username": f"nobody{n}", "email": ""} for n in range(5)]
    import_run(ArchiveReader(put_together(manifest, members)), project=factories.project_of(charlie), user=charlie)
    assert not User.objects.filter(username__startswith="nobody").exists()
