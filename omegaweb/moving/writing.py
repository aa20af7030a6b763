"""A run becomes a file: its rows, the rows of the dataset it used, and whatever people decided."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from omegaweb.accounts.models import User
from omegaweb.engine.answer_file import left_behind
from omegaweb.engine.journal import take_in
from omegaweb.moving.archive import ArchiveWriter
from omegaweb.moving.shapes import NAMES, OF_THE_RUN, ROWS, RUN, SINGLE, Shape
from omegaweb.moving.values import to_json
from omegaweb.runs.models import Run

ROWS_AT_A_TIME = 500
SUFFIX = ".omegarun"
#: Columns with addresses of servers, which in runs of before it was refused may hold a name and a password.
WITH_ADDRESSES = {
    "run": ("message",),
    "events": ("payload",),
    "journal": ("settings",),
    "scores": ("error",),
    "openings": ("message",),
}
#: What is proposed is known by its hash, so not a letter of it may change.
PROPOSED = "candidate.proposed"
PASSWORD = re.compile(r"(?<=://)[^/@\s\"\\]+@")


class RunUnderWay(Exception):
    """The run goes on, so what would be written is no state that it ever had."""


def check_at_rest(run: Run) -> None:
    """Do nothing where a run can be written as a whole.

    Raises:
        RunUnderWay: it goes on.
    """
    if not run.can_be_taken_away:
        raise RunUnderWay(f"“{run}” is under way: pause or stop it first, or wait until it is over.")


def file_of(run: Run) -> Generator[bytes, None, None]:
    """Yield the file of a whole run while it is made, in constant memory. No row holds keys of providers or tokens.

    Raises:
        RunUnderWay: it goes on, or went on meanwhile; then the file has no end, and no import takes it.
    """
    before = _state(run)
    check_at_rest(run)
    take_in(left_behind(run.pk), remove=False)  # if its process was killed, and it was not continued since
    archive, people = ArchiveWriter(), set[int]()
    members = [(shape.member, _rows(shape, run, people)) for shape in (*SINGLE, ROWS, *OF_THE_RUN)]
    members.append(("people", _people(people)))  # after the others, which say who is named
    for member, rows in members:
        for _ in itertools.islice(archive.add(member, rows), 0, None, ROWS_AT_A_TIME):
            yield archive.taken()
    archive.finish(
        {
            "written_at": timezone.now().isoformat(),
            "run": {"number": run.pk, "name": run.name, "project": run.project.name, "state": run.state},
        }
    )
    if _state(run) != before:
        raise RunUnderWay(f"“{run}” went on while it was written: try again.")
    yield archive.taken()


def filename_of(run: Run) -> str:
    """Return what to call the file of a run."""
    return f"{slugify(run.name)[:60] or 'run'}-{run.pk}{SUFFIX}"


def _rows(shape: Shape, run: Run, people: set[int]) -> Iterator[dict[str, Any]]:
    """Yield the rows of one model, and remember whom they name."""
    columns = {name: name for name in shape.fields}
    columns |= {name: f"{name}__{NAMES[kind]}" for name, kind in shape.names.items()}
    columns |= {name: f"{name}_id" for name in shape.people}
    if shape.kind == "request":
        columns["pk"] = "pk"
    found = shape.rows.filter(**{shape.within: run.pk}).order_by("pk").values_list(*columns.values())
    for values in found.iterator(chunk_size=ROWS_AT_A_TIME):
        row = dict(zip(columns, map(to_json, values), strict=True))
        if row.get("kind") != PROPOSED:
            row |= {name: without_passwords(row[name]) for name in WITH_ADDRESSES.get(shape.member, ())}
        if shape is RUN:
            chosen = row["configuration"]
            row["configuration"] = {**chosen, "models": without_passwords(chosen.get("models", {}))}
        people.update(row[name] for name in shape.people if row[name] is not None)
        yield row


def without_passwords(value: Any) -> Any:
    """Return a JSON value whose addresses hold no name and no password."""
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(PASSWORD.sub("", text)) if PASSWORD.search(text) else value


def _people(numbers: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Yield who is named: no more of an account than it takes to know somebody again."""
    for user in User.objects.filter(pk__in=numbers).order_by("pk"):
        yield {"person": user.pk, "username": user.get_username(), "email": user.email}


def _state(run: Run) -> tuple[Any, ...]:
    """What changes whenever a run goes on."""
    return Run.objects.values_list("state", "fence", "last_sequence", "calls").get(pk=run.pk)
