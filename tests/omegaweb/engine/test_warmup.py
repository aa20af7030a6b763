"""Loading the model library before the first run."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from omegaweb.engine import warmup
from omegaweb.runs.models import RunState
from omegaweb.runs.progress import progress_of
from tests.factories_runs import START, make_run

SECONDS = 30


@pytest.mark.django_db
def test_a_run_says_that_the_library_is_being_loaded_until_it_is(alice, monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr(warmup, "register", lambda: go_on.wait(SECONDS))
    run = make_run(alice, state=RunState.RUNNING, started_at=None)
    assert progress_of(run, now=START).label == "Preparing"

    thread = warmup.start()
    assert progress_of(run, now=START).label == "Loading the model library (first run only)"

    go_on.set()
    thread.join(SECONDS)
    assert progress_of(run, now=START).label == "Preparing"


def test_importing_the_server_loads_nothing():
    code = "import omegaweb.server, omegaweb.engine.warmup, sys; sys.exit('litellm' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
