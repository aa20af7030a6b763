"""The writer: in order, without gaps, and never silently less."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, OperationalError

from omegaweb.engine.queued import Kept
from omegaweb.engine.recorder import Recorder, RecordingFailed, Writer
from omegaweb.runs.models import Event
from optimizer_core import events
from tests import event_streams
from tests.omegaweb.engine.recording import empty_run, keep_busy
from tests.omegaweb.engine.scripted_runs import until

pytestmark = pytest.mark.django_db(transaction=True)


def test_events_of_a_run_are_numbered_from_one_without_gaps(alice):
    run = empty_run(alice)
    writer = Writer()
    recorder = Recorder(run.pk, via=writer)
    stream = list(event_streams.whole_run())

    for event in stream:
        recorder.on_event(event)

    assert writer.close(run.pk) is None
    rows = list(run.events.order_by("sequence"))
    assert [row.sequence for row in rows] == list(range(1, len(stream) + 1))
    assert [events.event_from_json(row.kind, row.payload) for row in rows] == stream
    run.refresh_from_db()
    assert run.last_sequence == len(stream)


def test_numbers_go_on_where_an_earlier_part_of_the_run_ended(alice):
    run = empty_run(alice)
    writer = Writer()
    for part in (event_streams.whole_run(finish=False), event_streams.whole_run()):
        for event in part:
            writer.write(run.pk, event)
        assert writer.close(run.pk) is None

    sequences = list(run.events.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))


def test_five_thousand_events_of_two_runs_at_once_lose_nothing(alice):
    first, second = empty_run(alice, name="First"), empty_run(alice, name="Second")
    writer = Writer(capacity=50)
    streams = {run.pk: list(event_streams.whole_run(epochs=25, batches=24, seed=run.pk)) for run in (first, second)}
    assert sum(len(stream) for stream in streams.values()) > 5000

    for pair in zip(streams[first.pk], streams[second.pk], strict=False):
        for run, event in zip((first, second), pair, strict=True):
            writer.write(run.pk, event)
    shortest = min(len(stream) for stream in streams.values())
    for run in (first, second):
        for event in streams[run.pk][shortest:]:
            writer.write(run.pk, event)

    for run in (first, second):
        assert writer.close(run.pk) is None
        sequences = list(run.events.order_by("sequence").values_list("sequence", flat=True))
        assert sequences == list(range(1, len(streams[run.pk]) + 1))


def test_an_event_that_cannot_be_written_stops_the_run_and_keeps_what_came_before(alice):
    run = empty_run(alice)
    writer = Writer()
    stranger = events.BestChanged(candidate="nobody", reward=1.0)
    writer.write(run.pk, event_streams.started())
    writer.write(run.pk, event_streams.baseline_proposed())
    writer.write(run.pk, stranger)
    writer.submit(run.pk, lambda: None).result()

    with pytest.raises(RecordingFailed, match="nobody"):
        writer.write(run.pk, event_streams.spent(1))

    assert isinstance(writer.close(run.pk), KeyError)
    assert list(run.events.values_list("kind", flat=True)) == ["run.started", "candidate.proposed"]
    run.refresh_from_db()
    assert run.last_sequence == 2


def test_a_number_that_is_taken_stops_the_run_instead_of_losing_the_event(alice):
    run = empty_run(alice)
    run.events.create(sequence=1, kind="spend.updated", payload={}, at=run.created_at)
    writer = Writer()
    writer.write(run.pk, event_streams.started())

    assert isinstance(writer.close(run.pk), IntegrityError)
    assert list(run.events.values_list("kind", flat=True)) == ["spend.updated"]


def test_after_a_failure_another_run_goes_on(alice):
    broken, healthy = empty_run(alice, name="Broken"), empty_run(alice, name="Healthy")
    writer = Writer()
    writer.write(broken.pk, events.BestChanged(candidate="nobody", reward=1.0))
    for event in event_streams.whole_run():
        writer.write(healthy.pk, event)

    assert writer.close(healthy.pk) is None
    assert writer.close(broken.pk) is not None
    assert Event.objects.filter(run=broken).count() == 0
    assert Event.objects.filter(run=healthy).exists()


def test_a_job_is_done_after_everything_said_before(alice):
    run = empty_run(alice)
    writer = Writer()
    for event in event_streams.whole_run():
        writer.write(run.pk, event)
    said = len(list(event_streams.whole_run()))

    assert writer.submit(run.pk, lambda: Event.objects.filter(run=run).count()).result() == said


def test_a_job_that_fails_tells_whoever_submitted_it(alice):
    run = empty_run(alice)
    future = Writer().submit(run.pk, lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        future.result()


def test_the_end_of_a_run_hears_of_what_could_not_be_kept_just_before(alice):
    def refuse(things, holding):
        raise OperationalError("database is locked")

    run, writer, loop = empty_run(alice), Writer(), asyncio.new_event_loop()
    let_go = keep_busy(writer, run.pk)
    writer.keep(Kept(run_id=run.pk, things=["answer"], write=refuse, stored=loop.create_future()))
    with ThreadPoolExecutor() as threads:
        failure = threads.submit(writer.close, run.pk)
        until(lambda: len(writer._said) == 2)
        let_go()

        assert isinstance(failure.result(), OperationalError)
    assert not writer.has_failed(run.pk)  # when it goes on, nothing of that is left
    loop.close()
