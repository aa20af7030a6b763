"""What a run that was cut off has spent: by its newest state, its journal and its row."""

from __future__ import annotations

import pytest

from omegaweb.engine.checkpoints import point_of_departure
from omegaweb.runs.models import Checkpoint, Run
from optimizer_core.budget import Role, Usage
from optimizer_core.training.checkpoints import spend_from_json, spend_to_json
from tests.factories_runs import make_run
from tests.omegaweb.engine.journals import journaled

pytestmark = pytest.mark.django_db


def spent(run: Run) -> dict[Role, Usage]:
    departure = point_of_departure(run)
    assert departure is not None
    return spend_from_json(departure["spend"])[0]


@pytest.mark.parametrize("heard", [Usage(calls=2, unpriced_calls=2), Usage()])
def test_what_both_the_journal_and_the_row_know_counts_once(alice, heard):
    """Ten calls were in the state; the row has heard of four more, and of attempts that brought no answer."""
    before = {Role.TASK: Usage(calls=10, prompt_tokens=800, completion_tokens=200, cost=1.0)}
    task = {"calls": 14 + heard.calls, "tokens": 1400, "cost": 1.4, "unpriced_calls": heard.unpriced_calls}
    run = make_run(alice, calls=task["calls"], unpriced_calls=heard.unpriced_calls, spend_by_role={"task": task})
    Checkpoint.objects.create(run=run, part="", state={"spend": spend_to_json(before, 60.0)})
    journaled(run, Role.TASK, 14, prompt_tokens=80, completion_tokens=20, cost=0.1)
    journaled(run, Role.PROPOSER, 3, prompt_tokens=50, completion_tokens=10, unpriced_calls=1)

    found = spent(run)

    assert (found[Role.TASK].calls, found[Role.TASK].unpriced_calls) == (14 + heard.calls, heard.unpriced_calls)
    assert (found[Role.TASK].prompt_tokens, found[Role.TASK].completion_tokens) == (1120, 280)
    assert found[Role.TASK].cost == pytest.approx(1.4)
    assert found[Role.PROPOSER] == Usage(calls=3, prompt_tokens=150, completion_tokens=30, unpriced_calls=3)


def test_what_only_the_row_of_an_earlier_version_has_heard_of_counts(alice):
    told = {"task": {"calls": 5, "tokens": 500, "cost": 0.2}, "proposer": {"calls": 3, "tokens": 180, "cost": 0.0}}
    run = make_run(alice, calls=8, unpriced_calls=4, spend_by_role=told)
    journaled(run, Role.TASK, 4, prompt_tokens=80, completion_tokens=20, cost=0.05)
    journaled(run, Role.PROPOSER, 3, prompt_tokens=50, completion_tokens=10, unpriced_calls=1)

    found = spent(run)

    assert found[Role.TASK] == Usage(calls=5, prompt_tokens=420, completion_tokens=80, cost=0.2, unpriced_calls=1)
    assert found[Role.PROPOSER] == Usage(calls=3, prompt_tokens=150, completion_tokens=30, unpriced_calls=3)
