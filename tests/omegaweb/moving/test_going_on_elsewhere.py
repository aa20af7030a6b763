"""A run that was cut off here goes on where it was taken."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.db import connection

from omegaweb.accounts.models import User
from omegaweb.engine import launcher
from omegaweb.engine.answer_file import AnswerFile, left_behind
from omegaweb.moving.archive import ArchiveReader
from omegaweb.moving.reading import import_run
from omegaweb.runs.models import JournalEntry, Run, RunState
from tests import factories
from tests.factories_runs import make_run
from tests.omegaweb.engine.scripted_runs import finished, queued_run, until
from tests.omegaweb.engine.scripted_runs import script as script
from tests.omegaweb.moving.test_round_trip import written


@pytest.mark.django_db(transaction=True)
def test_an_interrupted_run_goes_on_elsewhere_and_asks_nothing_twice(alice: User, charlie: User, script: Any) -> None:
    whole = queued_run(alice, name="Whole", epochs=3)
    launcher.start(whole.pk)
    whole = finished(whole)
    asked_by_whole, result = script.asked, found(whole)
    script.begin_again()
    script.asked = 0
    script.answer = cut_off_after(script, 30)
    run = queued_run(alice, name="Cut", epochs=3)
    launcher.start(run.pk)
    until(lambda: script.asked > 30 and JournalEntry.objects.filter(run=run).count() > 25)
    Run.objects.filter(pk=run.pk).update(state=RunState.INTERRUPTED)
    until(lambda: not launcher.launcher.working_on())
    file = written(Run.objects.get(pk=run.pk))
    answered = JournalEntry.objects.filter(run=run).exclude(role="embedding").count()
    Run.objects.all().delete()

    there = import_run(ArchiveReader(file), project=factories.project_of(charlie), user=charlie)
    script.answer = lambda request: {"label": "billing"}
    script.asked = 0
    assert launcher.continue_run(there.pk)
    there = finished(there)

    assert there.state == RunState.COMPLETED
    assert script.asked == asked_by_whole - answered
    assert found(there) == result


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only beside a file are there answers that are no rows yet")
@pytest.mark.django_db
def test_answers_that_a_killed_process_left_behind_are_taken_along_and_stay(alice: User, charlie: User) -> None:
    run = make_run(alice, state=RunState.INTERRUPTED)
    file = AnswerFile.of_claim(run.pk, 1)
    assert file is not None
    columns = {"role": "task", "model": "x", "context_key": "", "schema_key": "", "settings": "{}"}
    used = {"calls": 1, "prompt_tokens": 1, "completion_tokens": 1, "cost": 0.0, "unpriced_calls": 0, "seconds": 0.1}
    said = {"question": '{"role": "user", "content": "?"}', "answer": '{"text": "!"}'}
    file.append({"key": "k", **columns, **said, **used, "parts": {}})
    try:
        there = import_run(ArchiveReader(written(run)), project=factories.project_of(charlie), user=charlie)

        assert there.journal.get().answer == {"text": "!"}
        assert [left.fence for left in left_behind(run.pk)] == [
            1
        ]  # a process that pauses with the run may go on writing
    finally:
        file.close(and_remove=True)


def found(run: Run) -> tuple[str, list[tuple[Any, ...]]]:
    """The winner of a run, and what each candidate came to."""
    assert run.best is not None
    return run.best.key, sorted(run.candidates.values_list("key", "reward", "count"))


def cut_off_after(script: Any, calls: int) -> Any:
    async def answer(request: Any) -> Any:
        if script.asked > calls:
            await asyncio.sleep(3600)
        return {"label": "billing"}

    return answer
