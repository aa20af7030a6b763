"""What comes back from the database is what was written, on every database."""

from __future__ import annotations

import pytest
from django.db import connection

from omegaweb.json_members import member
from omegaweb.runs.models import Event
from tests.factories_runs import START, make_run

PAYLOAD = {"zeta": 1, "a": [1.0, 1e16, 0.1, -3, None, True], "text": 'x " é 🎉 \\u0000', "bb": {"b": 1, "a": 2}}


@pytest.mark.django_db
@pytest.mark.parametrize("together", [False, True])
def test_json_comes_back_as_it_was_written(alice, together):
    run = make_run(alice)
    said = [Event(run=run, sequence=number, kind="x", payload={**PAYLOAD, "n": number}, at=START) for number in (8, 9)]
    if together:
        Event.objects.bulk_create(said)
    else:
        for event in said:
            event.save()

    payloads = list(run.events.filter(kind="x").values_list("payload", flat=True))
    assert [repr(payload) for payload in payloads] == [repr({**PAYLOAD, "n": number}) for number in (8, 9)]
    assert run.events.annotate(n=member("payload__n")).filter(n="9").count() == 1


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps a NUL")
def test_a_nul_costs_nothing_but_itself(alice):
    run = make_run(alice, name="a\x00b")
    event = Event.objects.create(run=run, sequence=9, kind="x\x00", payload={"text": "a\x00b", "n\x00": 1}, at=START)
    event.refresh_from_db()
    run.refresh_from_db()
    assert (run.name, event.kind, event.payload) == ("ab", "x", {"text": "ab", "n": 1})
