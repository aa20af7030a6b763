"""Something asked of a run in the moment in which it ends: it is refused, and not left open for ever."""

from __future__ import annotations

import threading

import pytest
from django.db import connections, transaction

from omegaweb.runs.models import Run, RunState
from omegaweb.runs.models.requests import Steer
from omegaweb.runs.steering import NotNow, ask
from tests.factories_runs import make_run


@pytest.mark.django_db(transaction=True)
def test_who_asks_while_the_end_is_written_is_told_that_it_is_over(alice):
    run, told = make_run(alice), []

    def pause() -> None:
        try:
            ask(run, user=alice, action=Steer.PAUSE)
        except NotNow as problem:
            told.append(str(problem))
        finally:
            connections.close_all()

    with transaction.atomic():
        Run.objects.select_for_update().filter(pk=run.pk).update(state=RunState.COMPLETED)
        asking = threading.Thread(target=pause)
        asking.start()
        asking.join(0.3)  # it has read the run as it was, unless it waits
    asking.join(10)

    assert told == ["Only a running search can be paused; this run has moved on."]
    assert not run.steering.exists()
