"""The row of a run that was cut off says what its journal has paid."""

from __future__ import annotations

from typing import Any

import pytest

from omegaweb.engine import endings
from omegaweb.engine.endings import let_go
from omegaweb.runs.models import Run, RunState
from optimizer_core.budget import Role
from tests.factories_runs import make_run
from tests.omegaweb.engine.journals import journaled

pytestmark = pytest.mark.django_db(transaction=True)


def cut_off(alice) -> Run:
    """It has told of thirty calls; fifty were answered, and two attempts brought no answer."""
    task = {"calls": 30, "tokens": 3000, "cost": 3.0, "seconds": 9.0, "unpriced_calls": 1}
    judge = {"calls": 12, "tokens": 600, "cost": 0.6, "seconds": 2.0, "unpriced_calls": 0}
    left = {"calls": 58, "cost": 6.4, "seconds": 40.0}
    told: dict[str, Any] = {"calls": 42, "tokens": 3600, "cost": 3.6, "unpriced_calls": 1, "left": left}
    run = make_run(alice, state=RunState.RUNNING, spend_by_role={"task": task, "judge": judge}, **told)
    journaled(run, Role.TASK, 40, prompt_tokens=80, completion_tokens=20, cost=0.1)
    journaled(run, Role.JUDGE, 10, prompt_tokens=40, completion_tokens=10, cost=0.05)
    return run


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_run_that_was_cut_off_shows_all_that_was_paid(alice, settings, goes_on):
    settings.AUTO_CONTINUE = goes_on
    run = cut_off(alice)

    assert let_go(run)

    run.refresh_from_db()
    assert run.state == (RunState.QUEUED if goes_on else RunState.INTERRUPTED)
    assert (run.calls, run.tokens, run.unpriced_calls) == (40 + 12, 4000 + 600, 1)
    assert run.cost == pytest.approx(4.6)
    assert run.spend_by_role["task"]["calls"] == 40
    assert run.spend_by_role["judge"]["calls"] == 12
    assert run.left == {"calls": 48, "cost": pytest.approx(5.4), "seconds": 40.0}


def test_a_run_is_let_go_also_where_nobody_can_read_what_was_paid(alice, settings, monkeypatch):
    def fail(run_id):
        raise OSError("the disk is gone")

    settings.AUTO_CONTINUE = False
    monkeypatch.setattr(endings, "bring_up", fail)
    run = cut_off(alice)

    assert let_go(run)
    assert Run.objects.get(pk=run.pk).state == RunState.INTERRUPTED
