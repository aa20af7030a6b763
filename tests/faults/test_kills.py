"""A short version of ``python -m tests.faults``: a server is killed twice in mid-run, and nothing comes of it."""

from __future__ import annotations

import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tests.faults.harness import differences, killed, left_in_peace

KIND = "a short race"


def folder_with_tables(path: Path) -> Path:
    """A folder for a server, with the empty tables of the tests: to make them takes longer than all the rest."""
    path.mkdir()
    connection.ensure_connection()
    with closing(sqlite3.connect(path / "omegaweb.sqlite3")) as copy:
        connection.connection.backup(copy)
    return path


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the server of this test keeps a SQLite file")
@pytest.mark.django_db(transaction=True)
def test_a_run_whose_server_is_killed_ends_as_if_it_had_not_and_pays_nothing_twice(tmp_path):
    undisturbed, disturbed = (folder_with_tables(tmp_path / name) for name in ("whole", "cut"))
    with ThreadPoolExecutor() as threads:
        peace = threads.submit(left_in_peace, undisturbed, KIND)
        cut, verdict = killed(disturbed, KIND, kills=2, rng=random.Random(1), apart=(20, 50))
        whole = peace.result()

    assert (whole.state, verdict.kills) == ("completed", 2)
    assert differences(whole, cut) == []
    assert cut.calls == whole.calls
    assert verdict.journalled_again == 0
    assert verdict.repeats <= verdict.lost
