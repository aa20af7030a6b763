"""Replaying the log must give the same rows, however the events were batched."""

from __future__ import annotations

from typing import Any

import pytest

from omegaweb.engine.replay import rebuild
from omegaweb.reviews.models import Review, ReviewState
from omegaweb.runs.models import Run
from optimizer_core import events
from tests import event_streams
from tests.omegaweb.engine.recording import record, recorded_run

pytestmark = pytest.mark.django_db

OWN = {"id", "run_id", "candidate_id", "fate_by_id", "baseline_id", "best_id", "heartbeat_at"}


def rows_of(run_id: int) -> dict[str, Any]:
    """Everything pages read of a run, without keys of rows."""
    run = Run.objects.get(pk=run_id)
    assert run.best is not None
    assert run.baseline is not None

    def plain(row: Any) -> dict[str, Any]:
        return {name: value for name, value in vars(row).items() if name not in OWN and not name.startswith("_")}

    candidates = list(run.candidates.order_by("number"))
    return {
        "run": plain(run) | {"best": run.best.key, "baseline": run.baseline.key},
        "candidates": [plain(c) | {"by": c.fate_by and c.fate_by.key} for c in candidates],
        "parents": [sorted(p.number for p in c.parents.all()) for c in candidates],
        "scores": [[plain(score) for score in c.scores.all()] for c in candidates],
        "curve": [plain(m) | {"key": m.candidate and m.candidate.key} for m in run.measurements.order_by("pk")],
    }


def test_a_rebuilt_run_has_the_same_rows(alice):
    run = recorded_run(alice, event_streams.whole_run(epochs=3, batches=6))
    before = rows_of(run.pk)

    rebuild(run.pk)

    assert rows_of(run.pk) == before
    assert len(before["curve"]) > 30


def test_rows_do_not_depend_on_how_events_were_batched(alice):
    stream = list(event_streams.whole_run(seed=4))
    run = recorded_run(alice, stream[:1])
    for event in stream[1:]:
        record(run, event)
    one_by_one = rows_of(run.pk)

    rebuild(run.pk)

    assert rows_of(run.pk) == one_by_one


def test_an_interrupted_and_continued_run_is_rebuilt_the_same(alice):
    run = recorded_run(alice, event_streams.whole_run(finish=False))
    record(run, event_streams.started(resumed=True), *list(event_streams.whole_run(seed=9))[1:])
    before = rows_of(run.pk)

    rebuild(run.pk)

    assert rows_of(run.pk) == before


def test_what_people_decided_survives_a_rebuild(alice):
    run = recorded_run(alice, event_streams.whole_run(finish=False))
    waiting = run.candidates.get(number=3)
    record(run, events.ReviewRequested(candidate=waiting.key, reward=0.5, count=4))
    Review.objects.filter(run=run).update(state=ReviewState.REJECTED, reason="It promises a refund", reviewer=alice)
    before = Review.objects.get(run=run)

    rebuild(run.pk)

    after = Review.objects.get(run=run)
    assert (after.pk, after.state, after.reason, after.reviewer) == (before.pk, "rejected", before.reason, alice)
    assert after.candidate.key == waiting.key


def test_a_rebuild_leaves_the_state_of_an_interrupted_run(alice):
    run = recorded_run(alice, event_streams.whole_run(finish=False))
    Run.objects.filter(pk=run.pk).update(state="interrupted", message="Gone")

    rebuild(run.pk)

    run.refresh_from_db()
    assert (run.state, run.message) == ("interrupted", "Gone")
