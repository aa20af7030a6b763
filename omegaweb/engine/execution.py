"""Carries one run out: rows become a program, and the program is fitted in this thread's own event loop."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing

from omegaweb.engine import assembly
from omegaweb.engine.checkpoints import RowCheckpoints, point_of_departure
from omegaweb.engine.gate import RowGate
from omegaweb.engine.journal import RowJournal
from omegaweb.engine.own_prices import prices_of
from omegaweb.engine.recorder import Recorder
from omegaweb.engine.steering import RowSteering
from omegaweb.runs.models import Run


def execute(run: Run, *, gate: RowGate, steering: RowSteering, stop: threading.Event) -> None:
    """Fit the program of a run until it is over.

    Raises:
        OptimizerError: the run cannot work or has failed.
        RecordingFailed: what it said could not be written down.
    """
    parts, choices = assembly.assemble(run), run.choices
    with prices_of(run), closing(RowJournal(run.pk)) as journal:
        asyncio.run(
            parts.fit(
                callbacks=[Recorder(run.pk)],
                review=gate if choices.asks_in_search else None,
                review_policy=choices.review.asks if choices.review.in_search else "release",
                stop=stop,
                steering=steering,
                checkpoints=RowCheckpoints(run.pk),
                resume_from=steering.before_finishing(point_of_departure(run)),
                journal=journal,
            )
        )
