"""Answers that are no rows yet: what a process leaves behind is whole, and taken in by whoever comes next."""

from __future__ import annotations

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from omegaweb.engine.answer_file import left_behind
from omegaweb.engine.holding import insert
from omegaweb.engine.journal import take_in_all
from omegaweb.engine.recorder import RecordingFailed, Writer
from omegaweb.runs.models import JournalEntry, Run, RunState
from tests.omegaweb.engine.journals import SYSTEM, entry, in_a_file, journal_of, keys_of
from tests.omegaweb.engine.journals import answered as answered
from tests.omegaweb.engine.recording import keep_busy

pytestmark = [pytest.mark.django_db(transaction=True), in_a_file]

#: A question whose context and schema no other has.
OF_ITS_OWN = {**entry().request, "messages": [{**SYSTEM, "content": "Else."}, {"role": "user", "content": "a"}]}


def kept_by_nobody(monkeypatch):
    """Let the writer write nothing more, as if the process died before."""
    monkeypatch.setattr(Writer, "keep", lambda *args: None)
    monkeypatch.setattr(Writer, "write_later", lambda *args: None)


async def test_a_line_does_not_rely_on_parts_of_an_answer_that_still_waits_for_its_row(answered, monkeypatch):
    run, journal, _ = await answered()
    kept_by_nobody(monkeypatch)
    with monkeypatch.context() as patched:
        patched.setattr(type(journal._file), "append", lambda *args: False)  # the disk is full
        waiting = asyncio.ensure_future(journal.add("a", entry("a", request=OF_ITS_OWN)))
        await asyncio.sleep(0)
    await journal.add("b", entry("b", request={**OF_ITS_OWN, "repeat": 1}))

    again = await journal_of(run, Writer())
    found = await again.find("b")
    assert found is not None
    assert found.request["messages"] == OF_ITS_OWN["messages"]
    waiting.cancel()


async def test_an_answer_that_waits_for_its_row_is_a_line_as_well(answered, monkeypatch):
    run, journal, _ = await answered()
    kept_by_nobody(monkeypatch)
    monkeypatch.setattr("omegaweb.engine.recorder.TRUST", 0)
    waiting = asyncio.ensure_future(journal.add("a", entry("a")))
    await asyncio.sleep(0)
    assert not waiting.done()

    await journal_of(run, Writer())
    assert await keys_of(run) == {"first", "a"}
    waiting.cancel()


async def test_what_was_answered_while_the_database_was_locked_is_there_when_the_run_goes_on(answered, monkeypatch):
    def refuse(*_, **__):
        raise OperationalError("database is locked")

    run, journal, _ = await answered()
    with monkeypatch.context() as patched:
        patched.setattr("omegaweb.engine.recorder.TRUST", 0)
        patched.setattr("omegaweb.engine.journal.insert", refuse)
        answers = [journal.add(text, entry(text)) for text in "abc"]
        failures = await asyncio.gather(*answers, return_exceptions=True)
        with pytest.raises(RecordingFailed):
            await journal.add("d", entry("d"))
    assert {type(failure) for failure in failures} == {RecordingFailed}
    await sync_to_async(journal.close)()

    await journal_of(run, Writer())
    assert await keys_of(run) == {"first", *"abcd"}


async def test_a_full_file_is_not_removed_before_what_waits_for_its_row_has_it(answered, monkeypatch):
    def refuse_a(model, rows, holding):
        if any(row["key"] == "a" for row in rows):
            raise OperationalError("database is locked")
        return insert(model, rows, holding)

    run, journal, own = await answered()
    let_go = await asyncio.to_thread(keep_busy, own, run.pk)
    await journal.add("a", entry("a"))
    with monkeypatch.context() as patched:
        patched.setattr("omegaweb.engine.recorder.TRUST", 0)
        waiting = asyncio.ensure_future(journal.add("b", entry("b")))
        await asyncio.sleep(0)
    monkeypatch.setattr("omegaweb.engine.answer_file.FULL", 1)
    await journal.add("c", entry("c"))
    monkeypatch.setattr("omegaweb.engine.journal.insert", refuse_a)
    let_go()
    with pytest.raises(RecordingFailed):
        await waiting
    await sync_to_async(journal.close)()
    monkeypatch.setattr("omegaweb.engine.journal.insert", insert)

    await journal_of(run, Writer())
    assert await keys_of(run) == {"first", *"abc"}


async def test_a_file_that_cannot_be_taken_in_holds_up_no_other(answered):
    run, journal, _ = await answered()
    await journal.add("a", entry("a"))
    (file,) = left_behind(run.pk)
    await Run.objects.filter(pk=run.pk).aupdate(state=RunState.INTERRUPTED)
    bad = {**json.loads(file.path.read_bytes().splitlines()[-1]), "key": "bad", "prompt_tokens": -1}
    poisoned = file.path.with_name(f"{run.pk}-0-0.jsonl")
    poisoned.write_text(json.dumps(bad) + "\n")
    file.path.with_name("notes-by-hand.jsonl").write_text("")

    await sync_to_async(take_in_all)()
    assert [left.path for left in left_behind(run.pk)] == [poisoned]
    assert await JournalEntry.objects.filter(run=run, key="a").aexists()
    file.path.with_name("notes-by-hand.jsonl").unlink()
    poisoned.unlink()
