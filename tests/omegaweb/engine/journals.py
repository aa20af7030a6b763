"""Entries, and journals that keep them."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.utils import timezone

from omegaweb.engine.journal import RowJournal
from omegaweb.engine.recorder import Writer
from omegaweb.runs.models import JournalEntry, Run
from optimizer_core.budget import Role, Usage
from optimizer_core.models.journal import Entry
from tests.factories_runs import make_run

in_a_file = pytest.mark.skipif(connection.vendor != "sqlite", reason="only a file is written by the run itself")

SYSTEM = {"role": "system", "content": "Sort it."}


def entry(text="a", **changes):
    return Entry(
        **{
            "role": "task",
            "model": "openai/x",
            "request": {
                "messages": [SYSTEM, {"role": "user", "content": text}],
                "schema": {"type": "object"},
                "form": "json_schema",
                "settings": {"temperature": 0.5},
                "api_base": None,
                "repeat": 0,
            },
            "answer": {"text": f"{text}!", "reasoning": "", "finish_reason": "stop", "refusal": ""},
            "usage": Usage(calls=1, prompt_tokens=7, completion_tokens=2, cost=0.25, seconds=1.5),
            **changes,
        }
    )


def vector(text, **used):
    request = {"text": text, "settings": {}, "api_base": None}
    return entry(role="embedding", request=request, answer={"vector": "AACAPw=="}, usage=Usage(**used))


def journal_of(run, via):
    return sync_to_async(RowJournal)(run.pk, via=via)


@pytest.fixture
def answered(alice):
    """A run that is claimed, its journal, and an answer in it that is a row: the next ones may trust in the claim."""

    async def begin(*, fence=1):
        run, own = await sync_to_async(make_run)(alice, fence=fence), Writer()
        own.open(run.pk, fence=fence)
        journal = await journal_of(run, own)
        await journal.add("first", entry("first"))
        return run, journal, own

    return begin


async def keys_of(run):
    return {row.key async for row in JournalEntry.objects.filter(run=run)}


def journaled(run: Run, role: Role, number: int, **used: Any) -> None:
    """Put so many answers of a role into a run's journal; `used` is what each took."""
    values = {"question": {}, "answer": {}, "cost": 0.0, "unpriced_calls": 0, "seconds": 0.0, "at": timezone.now()}
    JournalEntry.objects.bulk_create(
        JournalEntry(run=run, key=f"{role}-{each}", role=role, calls=1, **{**values, **used}) for each in range(number)
    )
