"""The journal as rows: there before an answer counts, read after an interruption, gone with its run."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from omegaweb.engine import launcher
from omegaweb.engine.checkpoints import point_of_departure
from omegaweb.engine.journal import paid_by_role
from omegaweb.engine.recorder import RecordingFailed, Writer
from omegaweb.runs.models import JournalEntry, JournalPart, Run, RunState, SampleScore
from omegaweb.runs.services import delete_run
from optimizer_core.models.giving_way import turn_in_use
from optimizer_core.models.messages import Messages, Part, Prefix
from optimizer_core.training.turns import Turns
from tests.factories_runs import make_run
from tests.omegaweb.engine.journals import SYSTEM, entry, journal_of, vector
from tests.omegaweb.engine.scripted_runs import finished, queued_run, until
from tests.omegaweb.engine.scripted_runs import script as script

pytestmark = pytest.mark.django_db(transaction=True)


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


@pytest.mark.parametrize("rest", [1, 2])
async def test_a_question_is_whole_however_many_messages_follow_what_it_shares(alice, rest):
    run = await sync_to_async(make_run)(alice)
    journal = await journal_of(run, Writer())
    said = [{"role": "user", "content": f"number {n}\x00"} for n in range(rest)]
    request = entry().request | {"messages": Messages.of(Prefix([SYSTEM]), Part(said))}
    await journal.add("k", entry(request=request))

    row = await JournalEntry.objects.aget(run=run)
    asked = await sync_to_async(lambda: row.request["messages"])()
    assert asked == [SYSTEM, *({"role": "user", "content": f"number {n}"} for n in range(rest))]


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
