"""Rows that are only written for whoever holds their run."""

from __future__ import annotations

import pytest
from django.db import connection

from omegaweb.engine.holding import ROWS, Holding, RunLost, insert
from omegaweb.runs.models import JournalPart, RunState
from tests.factories_runs import make_run

pytestmark = pytest.mark.django_db(transaction=True)


def parts(run, keys, value=1):
    return [{"run_id": run.pk, "key": key, "value": connection.ops.adapt_json_value(value, None)} for key in keys]


@pytest.mark.parametrize("now", [{"fence": 4}, {"state": RunState.INTERRUPTED}, {"state": RunState.COMPLETED}])
def test_nothing_is_written_about_a_run_that_is_not_held_any_more(alice, now):
    run = make_run(alice, **{"fence": 3, **now})
    held = Holding(run_id=run.pk, fence=3)

    assert insert(JournalPart, parts(run, "ab"), held) == 0
    assert not JournalPart.objects.exists()
    with pytest.raises(RunLost, match="took the run over"):
        held.confirm()


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.WAITING, RunState.PAUSED])
@pytest.mark.parametrize("fence", [3, None])
def test_whoever_holds_a_run_writes_about_it(alice, state, fence):
    run = make_run(alice, fence=3, state=state)
    held = Holding(run_id=run.pk, fence=fence)

    held.confirm()
    assert insert(JournalPart, parts(run, "ab"), held) == 2


def test_what_is_there_already_stays_as_it_is_and_is_not_counted(alice):
    run = make_run(alice, fence=3)
    held = Holding(run_id=run.pk, fence=3)
    insert(JournalPart, parts(run, "b", value=1), held)

    assert insert(JournalPart, parts(run, "abc", value=2), held) == 2
    assert dict(JournalPart.objects.values_list("key", "value")) == {"a": 2, "b": 1, "c": 2}


def test_many_rows_take_several_statements(alice):
    run = make_run(alice, fence=3)

    many = [str(number) for number in range(2 * ROWS + 1)]
    assert insert(JournalPart, parts(run, many), Holding(run_id=run.pk, fence=3)) == len(many)
    assert JournalPart.objects.count() == len(many)
