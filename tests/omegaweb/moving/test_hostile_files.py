"""Files that somebody made to do harm: each is refused with a reason, and costs neither memory nor an error page."""

from __future__ import annotations

import contextlib
import io
import zipfile
from typing import Any

import pytest
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.moving.archive import MEGABYTE, ArchiveReader, NotImportable
from omegaweb.moving.reading import import_run
from omegaweb.reviews.models import Vote
from omegaweb.runs.models import Run
from tests import factories
from tests.factories_runs import make_release
from tests.omegaweb.moving.test_broken_files import file as file
from tests.omegaweb.moving.test_broken_files import put_together, taken_apart
from tests.omegaweb.moving.test_round_trip import moved, rich_run, written
from tests.people import join

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_without_a_limit_is_no_run(method: int) -> None:
    """A chunk of bzip2 or LZMA is unpacked as a whole, however much that is; we write neither."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", method) as whole:
        whole.writestr("manifest.json", '{"format": "omegaweb-run", "version": 1, "members": {}}')
    with pytest.raises(NotImportable, match="no run of omegaweb"):
        ArchiveReader(bomb)


def test_a_manifest_that_lies_about_its_length_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("manifest.json", b" " * (64 * MEGABYTE))
    lie = bomb.getvalue().replace((64 * MEGABYTE).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    asked: list[int] = []
    read = zipfile.ZipExtFile.read

    def noted(file: zipfile.ZipExtFile, n: int = -1) -> bytes:
        asked.append(n)
        return read(file, n)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", noted)
    with pytest.raises(NotImportable, match="no run of omegaweb"):
        ArchiveReader(io.BytesIO(lie))
    assert all(0 < each <= MEGABYTE + 1 for each in asked)


@pytest.mark.parametrize(
    ("member", "values"),
    [
        ("run", {"name": "\ud800"}),
        ("people", {"username": "\ud800"}),
        ("candidates", {"reasoning": "\ud800"}),
        ("program", {"output_fields": 5}),
        ("program", {"input_fields": [[1]]}),
        ("run", {"configuration": {"program": {}, "start": "x"}}),
        ("run", {"configuration": {"program": {}, "review": 5}}),
        ("run", {"configuration": {"program": 5, "models": {"task": 5}}}),
        ("version", {"counts": 5}),
    ],
)
def test_odd_values_are_refused_or_taken_but_no_error_page(
    file: io.BytesIO, charlie: User, member: str, values: dict[str, Any]
) -> None:
    manifest, members = taken_apart(file)
    members[member][0].update(values)
    with contextlib.suppress(NotImportable):
        import_run(ArchiveReader(put_together(manifest, members)), project=factories.project_of(charlie), user=charlie)


def test_half_a_character_travels(alice: User, bob: User, charlie: User) -> None:
    run = rich_run(alice, bob)
    run.journal.update(answer={"text": "\ud83d"})
    # PostgreSQL keeps � for it.
    assert moved(run, charlie).journal.get().answer in ({"text": "\ud83d"}, {"text": "\ufffd"})


def test_the_same_name_at_another_address_is_somebody_else(alice: User, bob: User, charlie: User) -> None:
    User.objects.filter(pk=bob.pk).update(email="bob@there.example")
    file = written(rich_run(alice, bob))
    User.objects.filter(pk=bob.pk).update(email="bob@here.example")
    join(factories.project_of(charlie), bob, "reviewer")
    run = import_run(ArchiveReader(file), project=factories.project_of(charlie), user=charlie)
    assert str(Vote.objects.get(review__run=run).person) == "bob (elsewhere)"


def test_pages_say_that_approvals_are_what_a_file_says_whenever_it_claims_to_be_made(
    file: io.BytesIO, charlie: User, charlie_client: Client
) -> None:
    manifest, members = taken_apart(file)
    members["releases"][0]["created_at"] = "2999-01-01T00:00:00+00:00"
    archive = ArchiveReader(put_together(manifest, members))
    release = import_run(archive, project=factories.project_of(charlie), user=charlie).releases.get()
    for address in (release.get_absolute_url(), f"/releases/{release.pk}/report/"):
        page = " ".join(charlie_client.get(address).content.decode().split())
        assert "came in a file" in page
        assert "charlie imported" in page
    assert not make_release(release.run.candidates.get(number=0), number=9).came_in_a_file


def test_an_address_within_a_text_stays(alice: User, bob: User, charlie: User) -> None:
    run = rich_run(alice, bob)
    content = {"instruction": {"instructions": "Clone ssh://git@example.org/x"}}
    run.events.create(
        sequence=3,
        kind="candidate.proposed",
        payload={"candidate": "c", "operator": "mutation", "content": content, "variable": "v", "parents": []},
        at=run.created_at,
    )
    Run.objects.filter(pk=run.pk).update(last_sequence=3)
    assert moved(run, charlie).events.get(sequence=3).payload["content"] == content
