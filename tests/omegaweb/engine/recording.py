"""Runs that have said something, for tests of the engine and of what reads its rows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from omegaweb.accounts.models import User
from omegaweb.engine.projection import Projection
from omegaweb.engine.recorder import Writer
from omegaweb.runs.models import Candidate, Event, Run, RunState
from optimizer_core.events import Event as Said
from optimizer_core.events import event_to_json
from tests.event_streams import BASELINE, baseline_proposed, key_of, proposed, scored, started
from tests.factories_runs import START, make_run

BETTER = "Answer in one word."


def empty_run(owner: User, **changes: Any) -> Run:
    """A run that has not said anything yet."""
    run = make_run(owner, **{"state": RunState.RUNNING, "started_at": None, **changes})
    run.events.all().delete()
    run.last_sequence = 0
    run.save(update_fields=["last_sequence"])
    return run


def record(run: Run, *said: Said) -> Run:
    """Write events down as the writer does, a second apart, in this thread."""
    fresh = Run.objects.get(pk=run.pk)
    projection, rows = Projection(fresh), []
    for sequence, event in enumerate(said, start=fresh.last_sequence + 1):
        at = START + timedelta(seconds=sequence)
        projection.apply(event, sequence=sequence, at=at)
        rows.append(Event(run=fresh, sequence=sequence, kind=event.kind, payload=event_to_json(event), at=at))
    Event.objects.bulk_create(rows)
    projection.save()
    return Run.objects.get(pk=run.pk)


def recorded_run(owner: User, said: Iterable[Said], **changes: Any) -> Run:
    """A run that has said all this."""
    return record(empty_run(owner, **changes), *said)


def scored_run(owner: User) -> Run:
    """A run whose baseline is scored, and in which one candidate is proposed."""
    return recorded_run(
        owner, [started(), baseline_proposed(), scored(BASELINE, [0.0, 1.0, 0.0, 1.0]), proposed(BETTER)]
    )


def candidate(run: Run, text: str = BETTER) -> Candidate:
    """The candidate whose instruction is that text."""
    return Candidate.objects.get(run=run, key=key_of(text))


def keep_busy(writer: Writer, run_id: int) -> Callable[[], None]:
    """Keep a writer busy until what is returned is called; it will then see what was said before what was called."""
    begun, over = (threading.Event(), threading.Event()), (threading.Event(), threading.Event())

    def work(step: int) -> None:
        begun[step].set()
        over[step].wait()

    writer.at_once(run_id, partial(work, 0))
    begun[0].wait()
    writer.at_once(run_id, partial(work, 1))
    writer.submit(run_id, lambda: None)  # together with the work before, it makes the writer look at what is said
    over[0].set()
    begun[1].wait()
    return over[1].set
