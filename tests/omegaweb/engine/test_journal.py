"""The journal as rows: there before an answer counts, read after an interruption, gone with its run."""

from __future__ import annotations

import asyncio
import errno
import os
import stat

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection

from omegaweb.engine import launcher
from omegaweb.engine.answer_file import left_behind
from omegaweb.engine.checkpoints import point_of_departure
from omegaweb.engine.journal import RowJournal, paid_by_role, take_in_all
from omegaweb.engine.recorder import RecordingFailed, Writer
from omegaweb.runs.models import JournalEntry, JournalPart, Run, RunState, SampleScore
from omegaweb.runs.services import delete_run
from optimizer_core.budget import Usage
from optimizer_core.models.giving_way import turn_in_use
from optimizer_core.models.journal import Entry
from optimizer_core.training.turns import Turns
from tests.factories_runs import make_run
from tests.omegaweb.engine.scripted_runs import finished, queued_run, until
from tests.omegaweb.engine.scripted_runs import script as script

pytestmark = pytest.mark.django_db(transaction=True)

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


async def test_the_next_process_finds_what_was_asked_and_answered(alice):
    run, own = await sync_to_async(make_run)(alice), Writer()
    first = await journal_of(run, own)
    await asyncio.gather(*(first.add(f"key-{text}", entry(text)) for text in "abc"))
    await first.add("key-v", vector("word", calls=1))

    again = await journal_of(run, Writer())
    assert [await again.find(f"key-{text}") for text in "abc"] == [entry(text) for text in "abc"]
    assert await again.find("key-v") == vector("word", calls=1)
    assert await again.find("key-z") is None
    assert await JournalPart.objects.acount() == 2  # the instructions and the schema, once


async def test_what_no_database_takes_is_mended(alice):
    run = await sync_to_async(make_run)(alice)
    journal = await journal_of(run, Writer())
    await journal.add("k", entry("half \ud83d of a pair \x00"))

    row = await JournalEntry.objects.aget(run=run)
    assert row.question["content"] == "half \ufffd of a pair "


async def test_another_run_knows_nothing_of_it(alice):
    one, other = await sync_to_async(make_run)(alice), await sync_to_async(make_run)(alice, name="Other")
    journal = await journal_of(one, Writer())
    await journal.add("k", entry())

    assert await (await journal_of(other, Writer())).find("k") is None


@pytest.mark.parametrize("change", [{"fence": 2}, {"state": RunState.INTERRUPTED}])
async def test_a_run_that_was_taken_over_gets_no_answer_that_was_not_written(alice, change, monkeypatch):
    run, own = await sync_to_async(make_run)(alice, fence=1), Writer()
    own.open(run.pk, fence=1)
    journal = await journal_of(run, own)
    await journal.add("a", entry("a"))
    await Run.objects.filter(pk=run.pk).aupdate(**change)
    monkeypatch.setattr("omegaweb.engine.recorder.TRUST", 0)  # as after some seconds without having written anything

    with pytest.raises(RecordingFailed, match="took the run over"):
        await journal.add("b", entry("b"))

    assert [row.key async for row in JournalEntry.objects.filter(run=run)] == ["a"]


@pytest.mark.parametrize("trouble", ["database or disk is full", "database is locked"])
async def test_an_answer_that_cannot_be_written_is_not_handed_on(alice, monkeypatch, trouble):
    def refuse(model, rows, holding):
        raise OperationalError(trouble)

    run = await sync_to_async(make_run)(alice)
    journal = await journal_of(run, Writer())
    monkeypatch.setattr("omegaweb.engine.journal.insert", refuse)

    with pytest.raises(RecordingFailed, match=trouble):
        await journal.add("a", entry())


async def test_an_answer_is_written_even_if_nobody_waits_for_it_any_more(alice):
    run, own = await sync_to_async(make_run)(alice), Writer()
    journal = await journal_of(run, own)
    own.at_once(run.pk, lambda: None).result()
    adding = asyncio.ensure_future(journal.add("a", entry()))
    await asyncio.sleep(0)
    adding.cancel()
    await asyncio.gather(adding, return_exceptions=True)
    await journal.add("b", entry("b"))  # the writer still works

    assert {"a", "b"} <= {row.key async for row in JournalEntry.objects.all()}


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


async def test_whoever_waits_for_its_row_lends_its_turn(alice):
    run, turns = await sync_to_async(make_run)(alice), Turns(1)
    journal, added, asked = await journal_of(run, Writer()), asyncio.Event(), asyncio.Event()

    async def add() -> None:
        turn_in_use().begin_question()
        await journal.add("a", entry("a"))
        added.set()

    async def ask() -> None:
        asked.set()
        await added.wait()  # it may wait for what is being kept

    turns.add(add, urgent=False)
    turns.add(ask, urgent=False)

    await asyncio.wait_for(asked.wait(), 5)
    await asyncio.wait_for(added.wait(), 5)

    assert await JournalEntry.objects.filter(key="a").aexists()


async def test_what_was_paid_is_known_by_role(alice):
    run = await sync_to_async(make_run)(alice, calls=1, spend_by_role={"task": {"calls": 1, "tokens": 9, "cost": 0.25}})
    journal = await journal_of(run, Writer())
    for text in "abc":
        await journal.add(text, entry(text))
    await journal.add("v", vector("one", calls=1, prompt_tokens=5))
    await journal.add("w", vector("two"))

    paid = await sync_to_async(paid_by_role)(run.pk)
    assert {role: (used["calls"], used["prompt_tokens"], used["cost"]) for role, used in paid.items()} == {
        "task": (3, 21, 0.75),
        "embedding": (1, 5, 0.0),
    }
    departure = await sync_to_async(point_of_departure)(run)
    assert departure is not None
    assert departure["spend"]["by_role"]["task"]["calls"] == 3


def test_a_whole_run_is_in_its_journal_and_each_score_names_its_questions(alice, script):
    run = queued_run(alice)
    launcher.start(run.pk)
    run = finished(run)

    paid = paid_by_role(run.pk)
    assert {role: used["calls"] for role, used in paid.items()} == {
        role: used["calls"] for role, used in run.spend_by_role.items()
    }
    assert {"task", "proposer"} <= paid.keys()
    score = SampleScore.objects.filter(candidate__run=run, split="validation").first()
    assert score is not None
    (question,) = score.questions
    row = run.journal.get(key=question)
    assert row.request["messages"][0]["role"] == "system"
    assert "billing" in row.answer["text"]
    assert row.tokens > 0


def test_a_run_that_goes_on_pays_only_what_was_under_way(alice, script):
    async def answer(request):
        if script.asked > 30:
            await asyncio.sleep(3600)
        return {"label": "billing"}

    whole = queued_run(alice, name="Whole", epochs=3)
    launcher.start(whole.pk)
    whole = finished(whole)
    calls = whole.calls
    script.begin_again()
    script.asked = 0
    script.answer = answer
    run = queued_run(alice, name="Cut", epochs=3)
    launcher.start(run.pk)
    until(lambda: script.asked > 30 and JournalEntry.objects.filter(run=run).count() > 25)
    Run.objects.filter(pk=run.pk).update(state=RunState.INTERRUPTED)
    until(lambda: not launcher.launcher.working_on())

    script.answer = lambda request: {"label": "billing"}
    assert launcher.continue_run(run.pk)
    run = finished(run)

    assert run.state == RunState.COMPLETED
    assert run.calls == calls
    rewards = list(run.candidates.order_by("key").values_list("key", "reward", "count"))
    assert rewards == list(whole.candidates.order_by("key").values_list("key", "reward", "count"))


def test_deleting_a_run_deletes_its_journal(alice, script):
    run = queued_run(alice, epochs=1)
    launcher.start(run.pk)
    run = finished(run)
    assert run.journal.exists()

    assert delete_run(run, user=alice)
    assert not JournalEntry.objects.exists()
    assert not JournalPart.objects.exists()
