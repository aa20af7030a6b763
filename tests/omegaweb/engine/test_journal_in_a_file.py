"""Answers that are lines in a file before they are rows: trusted, taken over, and gone once they are rows."""

from __future__ import annotations

import asyncio
import errno
import os
import stat

import pytest
from asgiref.sync import sync_to_async

from omegaweb.engine.answer_file import left_behind
from omegaweb.engine.journal import take_in_all
from omegaweb.engine.recorder import RecordingFailed, Writer
from omegaweb.runs.models import JournalEntry, Run, RunState
from tests.omegaweb.engine.journals import SYSTEM, entry, in_a_file, journal_of, keys_of, vector
from tests.omegaweb.engine.journals import answered as answered

pytestmark = pytest.mark.django_db(transaction=True)


@in_a_file
async def test_after_the_first_answer_the_run_waits_for_no_other_thread(answered, monkeypatch):
    run, journal, _ = await answered()
    with monkeypatch.context() as patched:
        patched.setattr(Writer, "keep", lambda *args: pytest.fail("waits for the writer"))
        for text in "abc":
            await journal.add(text, entry(text))
    await sync_to_async(journal.close)()

    assert await keys_of(run) == {"first", *"abc"}
    assert not left_behind(run.pk)


@in_a_file
async def test_what_a_killed_process_was_answered_is_found_by_the_next(answered, monkeypatch):
    run, journal, _ = await answered()
    monkeypatch.setattr(Writer, "write_later", lambda *args: None)  # it dies before
    request = {**entry().request, "messages": [SYSTEM, SYSTEM, {"content": "a"}]}  # what no row has in common with it
    await journal.add("a", entry("a", request=request))
    await journal.add("b", entry("half \ud83d of a pair"))
    await journal.add("v", vector("word", calls=1))

    again = await journal_of(run, Writer())

    found = await again.find("a")
    assert found is not None
    assert found.request["messages"] == [SYSTEM, SYSTEM, {"content": "a"}]
    assert found.answer == entry("a").answer
    assert await again.find("v") == vector("word", calls=1)
    assert await again.find("b") is not None
    assert not left_behind(run.pk)


@in_a_file
async def test_a_line_that_a_power_cut_has_broken_is_left_out(answered, monkeypatch, caplog):
    run, journal, _ = await answered()
    monkeypatch.setattr(Writer, "write_later", lambda *args: None)
    await journal.add("a", entry("a"))
    await journal.add("b", entry("b"))
    (file,) = left_behind(run.pk)
    file.path.write_bytes(file.path.read_bytes()[:-9])

    await journal_of(run, Writer())

    assert await keys_of(run) == {"first", "a"}
    assert "in the middle of an answer" in caplog.text


@in_a_file
@pytest.mark.parametrize("written", [0, 7])
async def test_an_answer_that_the_disk_does_not_take_waits_for_its_row(answered, monkeypatch, written):
    run, journal, _ = await answered()
    write = os.write

    def too_little(file, line):
        if not written:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, line[:written])

    with monkeypatch.context() as patched:
        patched.setattr("omegaweb.engine.answer_file.os.write", too_little)
        await journal.add("a", entry("a"))
    assert "a" in await keys_of(run)
    await journal.add("b", entry("b"))

    (file,) = left_behind(run.pk)
    assert [record["key"] for record in file.records()] == ["first", "b"]


@in_a_file
async def test_once_a_claim_is_not_sure_any_more_answers_wait_for_their_rows(answered, monkeypatch):
    run, journal, _ = await answered()
    await journal.add("a", entry("a"))
    monkeypatch.setattr("omegaweb.engine.recorder.TRUST", 0)
    await journal.add("b", entry("b"))

    assert await keys_of(run) == {"first", "a", "b"}  # with what was piled up before


@in_a_file
async def test_rows_of_answers_are_there_before_what_is_said_of_them(answered):
    run, journal, own = await answered()
    await journal.add("a", entry("a"))
    said = own.submit(run.pk, lambda: JournalEntry.objects.filter(run=run, key="a").exists())

    assert await asyncio.wrap_future(said)


@in_a_file
async def test_a_run_whose_answers_cannot_become_rows_is_not_given_more_and_its_file_stays(answered):
    run, journal, _ = await answered()
    await Run.objects.filter(pk=run.pk).aupdate(state=RunState.INTERRUPTED)
    await journal.add("a", entry("a"))
    await sync_to_async(journal.close)()

    with pytest.raises(RecordingFailed, match="took the run over"):
        await journal.add("b", entry("b"))
    await sync_to_async(take_in_all)()
    assert await keys_of(run) == {"first", "a"}
    assert not left_behind(run.pk)


@in_a_file
async def test_files_of_runs_under_way_are_left_alone_and_those_of_deleted_runs_go(answered):
    run, journal, _ = await answered()
    await journal.add("a", entry("a"))
    await sync_to_async(take_in_all)()
    assert [file.run_id for file in left_behind(run.pk)] == [run.pk]

    await Run.objects.filter(pk=run.pk).adelete()
    await sync_to_async(take_in_all)()
    assert not left_behind(run.pk)


@in_a_file
async def test_a_full_file_goes_once_all_of_it_are_rows_and_a_new_one_is_begun(answered, monkeypatch):
    run, journal, own = await answered()
    monkeypatch.setattr("omegaweb.engine.answer_file.FULL", 1500)
    for text in "abcdefgh":
        await journal.add(text, entry(text))
    await asyncio.wrap_future(own.after_all(run.pk, lambda: None))

    (left,) = left_behind(run.pk)
    assert left.path.name == f"{run.pk}-1-2.jsonl"
    assert await keys_of(run) == {"first", *"abcdefgh"}


@in_a_file
async def test_a_full_file_stays_if_its_answers_cannot_become_rows(answered, monkeypatch):
    run, journal, own = await answered()
    monkeypatch.setattr("omegaweb.engine.answer_file.FULL", 1)
    await Run.objects.filter(pk=run.pk).aupdate(state=RunState.INTERRUPTED)
    await journal.add("a", entry("a"))
    await asyncio.wrap_future(own.after_all(run.pk, lambda: None))

    assert len(left_behind(run.pk)) == 2
    await sync_to_async(take_in_all)()
    assert await keys_of(run) == {"first", "a"}


@in_a_file
async def test_nobody_else_may_read_the_file(answered):
    run, _, _ = await answered()
    (file,) = left_behind(run.pk)

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
