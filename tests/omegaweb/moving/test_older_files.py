"""A file that format 1 wrote on 2026-11-27 of a run that was cut off: it can be imported and continued for ever after.

Never write it anew: if it cannot be imported any more, a step is missing in `omegaweb/moving/upgrades.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from omegaweb.accounts.models import User
from omegaweb.engine import launcher
from omegaweb.engine.replay import rebuild
from omegaweb.moving.archive import ArchiveReader
from omegaweb.moving.reading import import_run
from omegaweb.runs.models import RunState
from tests import factories
from tests.omegaweb.engine.scripted_runs import finished
from tests.omegaweb.engine.scripted_runs import script as script

VERSION_1 = Path(__file__).parent / "version_1.omegarun"


@pytest.mark.django_db(transaction=True)
def test_a_file_of_version_1_is_imported_replayed_and_continued(alice: User, script: Any) -> None:
    with VERSION_1.open("rb") as file:
        run = import_run(ArchiveReader(file), project=factories.project_of(alice), user=alice)
    assert (run.name, run.state, run.candidates.count()) == ("Cut off", RunState.INTERRUPTED, 5)
    assert run.steering.get().author == alice
    before = list(run.candidates.values_list("key", "reward", "count"))

    rebuild(run.pk)
    assert list(run.candidates.values_list("key", "reward", "count")) == before
    assert launcher.continue_run(run.pk)

    run = finished(run)
    assert (run.state, run.message) == (RunState.COMPLETED, "")
    assert run.epoch == 2
