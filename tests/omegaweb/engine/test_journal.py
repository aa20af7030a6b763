"""The journal as rows: there before an answer counts, read after an interruption, gone with its run."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection

from omegaweb.engine import launcher
from omegaweb.engine.checkpoints import point_of_departure
from omegaweb.engine.journal import RowJournal, paid_by_role
from omegaweb.engine.own_connection import OwnConnection
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
async def test_a_run_that_was_taken_over_gets_no_answer_that_was_not_written(alice, change):
    run, own = await sync_to_async(make_run)(alice, fence=1), Writer()
    own.open(run.pk, fence=1)
    journal = await journal_of(run, own)
    await journal.add("a", entry("a"))
    await Run.objects.filter(pk=run.pk).aupdate(**change)

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


@pytest.mark.parametrize("begun", [False, True])
async def test_an_answer_is_written_even_if_nobody_waits_for_it_any_more(alice, begun):
    run, own = await sync_to_async(make_run)(alice), Writer()
    journal = await journal_of(run, own)
    own.at_once(run.pk, lambda: None).result()
    if begun:
        await journal.add("0", entry("0"))
    adding = asyncio.ensure_future(journal.add("a", entry()))
    await asyncio.sleep(0)
    adding.cancel()
    await asyncio.gather(adding, return_exceptions=True)
    await journal.add("b", entry("b"))  # the writer still works

    assert {"a", "b"} <= {row.key async for row in JournalEntry.objects.all()}


@in_a_file
async def test_after_the_first_answer_the_run_waits_for_no_other_thread(alice, monkeypatch):
    run = await sync_to_async(make_run)(alice)
    journal = await journal_of(run, Writer())
    await journal.add("first", entry("first"))
    monkeypatch.setattr(Writer, "keep", lambda *args, **values: pytest.fail("left to the writer"))

    await asyncio.gather(*(journal.add(text, entry(text)) for text in "abc"))

    assert {row.key async for row in JournalEntry.objects.all()} == {"first", *"abc"}


@in_a_file
async def test_while_somebody_else_writes_an_answer_waits_and_the_loop_does_not(alice):
    run = await sync_to_async(make_run)(alice)
    journal = await journal_of(run, Writer())
    await journal.add("first", entry("first"))
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        adding = asyncio.ensure_future(journal.add("a", entry("a")))
        done, _ = await asyncio.wait([adding], timeout=0.05)
        other.execute("COMMIT")
    await adding

    assert not done
    assert await JournalEntry.objects.filter(key="a").aexists()


@in_a_file
async def test_a_moment_in_which_somebody_else_writes_is_waited_out_without_another_thread(alice, monkeypatch):
    run = await sync_to_async(make_run)(alice)
    journal = await journal_of(run, Writer())
    await journal.add("first", entry("first"))
    monkeypatch.setattr(Writer, "keep", lambda *args, **values: pytest.fail("left to the writer"))
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        adding = [asyncio.ensure_future(journal.add("a", entry("a")))]
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # it has tried
        adding.append(asyncio.ensure_future(journal.add("b", entry("b"))))
        other.execute("COMMIT")
    await asyncio.gather(*adding)

    assert {row.key async for row in JournalEntry.objects.all()} == {"first", "a", "b"}


@in_a_file
async def test_what_is_answered_in_one_turn_of_the_loop_is_written_by_one_statement(alice, monkeypatch):
    run = await sync_to_async(make_run)(alice)
    journal = await journal_of(run, Writer())
    statements: list[int] = []
    insert = OwnConnection.insert

    def counted(self, model, rows, holding):
        statements.append(len(rows))
        return insert(self, model, rows, holding)

    await journal.add("first", entry("first"))
    await journal.add("second", entry("second"))  # by the run itself
    monkeypatch.setattr(OwnConnection, "insert", counted)
    await asyncio.gather(*(journal.add(text, entry(text)) for text in "ab"))

    assert statements == [2]


@in_a_file
async def test_what_was_answered_when_a_run_ends_is_written_all_the_same(alice):
    run = await sync_to_async(make_run)(alice)
    journal = await journal_of(run, Writer())
    await journal.add("first", entry("first"))
    await journal.add("second", entry("second"))
    adding = asyncio.ensure_future(journal.add("a", entry("a")))
    await asyncio.sleep(0)
    adding.cancel()

    journal.close()  # before the loop has come to it

    assert await JournalEntry.objects.filter(key="a").aexists()


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
