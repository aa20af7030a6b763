"""A short version of ``python -m tests.faults --two-servers``, on the database of the tests."""

from __future__ import annotations

import pytest

from tests.faults import sharing

#: On one machine a server sees at once that the other is gone, and need not wait for its lease.
MACHINES = ("here", "here")


@pytest.mark.django_db(transaction=True)
def test_two_servers_do_every_run_once_and_one_takes_over_what_the_other_was_doing_when_it_was_killed(tmp_path, alice):
    pair = sharing.make_pair(tmp_path, alice, machines=MACHINES, round_seconds=0.5)
    try:
        pair.await_servers()
        shared = sharing.share(pair, 4, latency=0.01)
        lost = sharing.die(pair, 3, latency=0.08)
    finally:
        pair.close()

    assert shared.problems + lost.problems == []
    assert sum(shared.by.values()) == 4
    assert lost.interrupted
    assert lost.by == {"first": 3 - lost.by["second"], "second": lost.by["second"]}
