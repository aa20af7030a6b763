"""Files that cannot be imported: the message says why, and nothing is saved."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from omegaweb.accounts.models import User
from omegaweb.datasets.models import Dataset
from omegaweb.moving import archive as archives
from omegaweb.moving.archive import ArchiveReader, NotImportable
from omegaweb.moving.reading import import_run
from omegaweb.programs.models import Program
from omegaweb.runs.models import Run
from tests import factories
from tests.omegaweb.moving.test_round_trip import rich_run, written

Members = dict[str, list[dict[str, Any]]]


def taken_apart(file: io.BytesIO) -> tuple[dict[str, Any], Members]:
    whole = zipfile.ZipFile(file)
    manifest = json.loads(whole.read("manifest.json"))
    names = [name for name in whole.namelist() if name.endswith(".jsonl")]
    members = {name[: -len(".jsonl")]: [json.loads(line) for line in whole.read(name).splitlines()] for name in names}
    return manifest, members


def put_together(manifest: dict[str, Any], members: Members) -> io.BytesIO:
    """A file whose manifest fits its members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as whole:
        manifest["members"] = {}
        for name, rows in members.items():
            text = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
            whole.writestr(f"{name}.jsonl", text)
            digest = hashlib.sha256(text).hexdigest()
            manifest["members"][name] = {"rows": len(rows), "bytes": len(text), "sha256": digest}
        whole.writestr("manifest.json", json.dumps(manifest))
    return file


@pytest.fixture
def file(alice: User, bob: User) -> io.BytesIO:
    return written(rich_run(alice, bob))


def refused(file: io.BytesIO, user: User) -> str:
    with pytest.raises(NotImportable) as refusal:
        import_run(ArchiveReader(file), project=factories.project_of(user), user=user)
    for model in (Run, Dataset, Program):
        assert not model.objects.in_project(factories.project_of(user)).exists()
    assert not User.objects.filter(username__contains="elsewhere").exists()
    return str(refusal.value)


@pytest.mark.django_db
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_part_of_a_file_is_no_run(file: io.BytesIO, charlie: User, share: float) -> None:
    part = io.BytesIO(file.getvalue()[: int(len(file.getvalue()) * share)])
    assert "no run of omegaweb, or not all of it" in refused(part, charlie)


@pytest.mark.django_db
def test_every_byte_that_is_turned_is_noticed_or_means_nothing(file: io.BytesIO, charlie: User) -> None:
    content = file.getvalue()
    for place in range(0, len(content), 97):
        turned = bytearray(content)
        turned[place] ^= 0x20
        try:
            reader = ArchiveReader(io.BytesIO(bytes(turned)))
        except NotImportable:
            continue
        manifest, members = taken_apart(io.BytesIO(content))
        assert {name: list(reader.rows(name)) for name in manifest["members"]} == members


@pytest.mark.django_db
def test_any_other_zip_is_no_run(charlie: User) -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as whole:
        whole.writestr("a.txt", "hello")
    assert "no run of omegaweb" in refused(other, charlie)


@pytest.mark.django_db
def test_a_newer_file_asks_for_a_newer_site(file: io.BytesIO, charlie: User) -> None:
    manifest, members = taken_apart(file)
    manifest["version"] = archives.VERSION + 1
    assert "newer omegaweb" in refused(put_together(manifest, members), charlie)


def _change(member: str, line: int = 0, **values: Any) -> Callable[[Members], None]:
    return lambda members: members[member][line].update(values)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_change("run", name="x" * 121), "run.jsonl, line 1: name is 'xxx"),
        (_change("run", state="dreaming"), "not among what it can be"),
        (_change("run", configuration={}), "configuration of the run cannot be read"),
        (_change("run", created_at="2026-11-27T10:00:00"), "a time without its zone"),
        (_change("candidates", 1, number=-1), "too large or too small"),
        (_change("candidates", 0, fate_by=77), "fate_by is '77', which is not in the file"),
        (_change("candidates", 1, number=0), "database does not take"),
        (_change("scores", candidate=9), "scores.jsonl, line 1: candidate is '9'"),
        (_change("scores", reward="good"), "reward is 'good': no number"),
        (_change("placements", vector="%%"), "no base64"),
        (_change("votes", person=4711), "person 4711 is not in the file"),
        (_change("events", kind="run.dreamt"), "does not understand"),
        (_change("events", 1, payload=[]), "events.jsonl, line 2"),
        (_change("version", splits="ttt"), "not every row has its split"),
        (_change("people", username=None), "people.jsonl"),
        (lambda members: members["rows"].pop(), "rows of tickets.csv are missing"),
        (lambda members: members.pop("program"), "program.jsonl is empty"),
        (lambda members: members["votes"][0].pop("verdict"), "verdict is missing"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(file: io.BytesIO, charlie: User, change: Any, words: str) -> None:
    manifest, members = taken_apart(file)
    change(members)
    assert words in refused(put_together(manifest, members), charlie)


@pytest.mark.django_db
def test_a_file_that_would_fill_the_disk_is_refused(file: io.BytesIO) -> None:
    with pytest.raises(NotImportable, match="takes any size"):
        ArchiveReader(file, most_bytes=100)


@pytest.mark.django_db
def test_what_an_older_version_did_not_know_gets_its_default(file: io.BytesIO, charlie: User) -> None:
    manifest, members = taken_apart(file)
    for row in members["candidates"]:
        del row["evidence"], row["raced"]
    del members["picks"]
    run = import_run(
        ArchiveReader(put_together(manifest, members)), project=factories.project_of(charlie), user=charlie
    )

    assert [(each.evidence, each.raced) for each in run.candidates.all()] == [([], None)] * 2


@pytest.mark.django_db
def test_older_rows_go_through_every_step(file: io.BytesIO, charlie: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(member: str, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "name": row["name"] + " one"} if member == "run" else row

    monkeypatch.setattr(archives, "VERSION", 3)
    reader = ArchiveReader(file, upgrades={1: rename, 2: rename})
    run = import_run(reader, project=factories.project_of(charlie), user=charlie)

    assert run.name == "Triage, first try one one"
