"""A run that was cut off here goes on where it was taken."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from omegaweb.accounts.models import User
from omegaweb.engine import launcher
from omegaweb.moving.archive import ArchiveReader
from omegaweb.moving.reading import import_run
from omegaweb.runs.models import JournalEntry, Run, RunState
from tests import factories
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
