"""A run's own look at its test rows gets the number after the newest."""

from __future__ import annotations

import pytest

from omegaweb.engine import own_opening
from tests.factories_runs import START, make_candidate, make_run


@pytest.mark.django_db
def test_a_look_of_an_imported_run_that_lacks_earlier_ones_collides_with_none(alice):
    run = make_run(alice)
    start = make_candidate(run)
    run.openings.create(number=2, candidate=start, state="done", opened_at=START, finished_at=START)

    own_opening.begin(run, start, at=START)

    assert [look.number for look in run.openings.filter(by_run=True)] == [3]
