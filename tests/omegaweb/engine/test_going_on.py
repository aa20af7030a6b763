"""A run that is over goes on where it ended: nothing is paid twice, and each look at the test rows is counted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from omegaweb.engine import launcher
from omegaweb.engine.replay import rebuild
from omegaweb.runs.going_on import go_on
from omegaweb.runs.models import Run, RunState
from tests.omegaweb.engine.scripted_runs import finished, queued_run, sequences, until
from tests.omegaweb.engine.scripted_runs import script as script

pytestmark = pytest.mark.django_db(transaction=True)


def ended(run: Run) -> Run:
    launcher.start(run.pk)
    return finished(run)


def gone_on(run: Run, alice: Any, *, epochs: int = 0, **more: float) -> Run:
    go_on(run, user=alice, more=more, epochs=epochs)
    return ended(run)


def paid_answers(run: Run) -> int:
    """Calls of the scripted model; embeddings are made without it."""
    return sum(used["calls"] for role, used in run.spend_by_role.items() if role != "embedding")


def kinds(run: Run, kind: str) -> int:
    return run.events.filter(kind=kind).count()


def test_a_completed_run_does_more_epochs_and_tests_its_winner_as_a_second_look(alice, script):
    run = ended(queued_run(alice, epochs=1))
    first = run.events.get(kind="test.finished").payload
    assert (run.state, run.reason, run.result) == (RunState.COMPLETED, "epochs_done", first)
    before = (run.batches_done, run.candidates.count(), script.asked)

    run = gone_on(run, alice, epochs=2)

    assert (run.state, run.reason, run.choices.training.epochs) == (RunState.COMPLETED, "epochs_done", 3)
    assert run.batches_done == 3 * before[0]
    assert run.candidates.count() > before[1]
    assert paid_answers(run) == script.asked > before[2]  # nothing was asked a second time
    assert (kinds(run, "run.finished"), kinds(run, "test.finished")) == (2, 2)
    assert run.events.filter(kind="test.finished").values_list("payload", flat=True)[0] == first
    assert [(look.number, look.state, look.figures is None) for look in run.openings.all()] == [
        (1, "done", False),
        (2, "done", False),
    ]
    assert run.openings.values_list("figures", flat=True)[0] == first
    assert sequences(run) == list(range(1, run.last_sequence + 1))


def test_its_rows_can_be_made_again_from_its_log(alice, script):
    run = gone_on(ended(queued_run(alice, epochs=1)), alice, epochs=1)
    looks = list(run.openings.values("number", "state", "figures", "opened_at", "finished_at"))
    rows = list(run.candidates.values("key", "number", "state", "reward", "count"))
    rebuild(run.pk)
    assert list(run.openings.values("number", "state", "figures", "opened_at", "finished_at")) == looks
    assert list(run.candidates.values("key", "number", "state", "reward", "count")) == rows
    assert Run.objects.get(pk=run.pk).result == run.result


@pytest.mark.parametrize("search", ["plain", "racing"])
def test_a_spent_budget_goes_on_with_more_of_it(alice, script, search):
    run = queued_run(alice, epochs=40)
    run.configuration["optimizer"]["parameters"]["search"] = search
    run.configuration["budget"] = {"calls": 90}
    run.save(update_fields=["configuration"])
    run = ended(run)
    assert (run.state, run.reason) == (RunState.COMPLETED, "budget_spent")
    done, known = run.batches_done, run.candidates.count()

    run = gone_on(run, alice, calls=90)

    assert (run.reason, run.choices.budget.calls) == ("budget_spent", 180)
    assert run.batches_done > done
    assert run.candidates.count() > known
    assert 90 < run.calls <= 180
    assert paid_answers(run) == script.asked


def test_a_stopped_run_goes_on_without_more_of_anything(alice, script):
    async def slowly(request: Any) -> Any:
        await asyncio.sleep(0.02)
        return {"label": "billing"}

    script.answer = slowly
    run = queued_run(alice, epochs=3)
    launcher.start(run.pk)
    until(lambda: run.checkpoints.exists())
    launcher.stop(run.pk, user=alice)
    run = finished(run)
    assert (run.state, run.batches_done < 6) == (RunState.STOPPED, True)

    run = gone_on(run, alice)

    assert (run.state, run.reason, run.batches_done) == (RunState.COMPLETED, "epochs_done", 6)
    assert run.stop_requested_at is None
    assert paid_answers(run) == script.asked


def test_a_failed_run_goes_on_when_what_broke_it_is_mended(alice, script):
    def breaks(request: Any) -> Any:
        if script.asked > 40:
            raise ValueError("a disk is full")
        return {"label": "billing"}

    script.answer = breaks
    run = ended(queued_run(alice, epochs=3))
    assert (run.state, run.result) == (RunState.FAILED, None)

    script.answer = lambda request: {"label": "billing"}
    run = gone_on(run, alice)

    assert (run.state, run.reason, run.message) == (RunState.COMPLETED, "epochs_done", "")
    assert run.openings.count() == 1
