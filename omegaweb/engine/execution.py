"""Carries one run out: rows become a program, and the program is fitted in this thread's own event loop."""

from __future__ import annotations

import asyncio
import threading

from omegaweb.engine import assembly
from omegaweb.engine.checkpoints import RowCheckpoints, newest_state, with_everything_spent
from omegaweb.engine.gate import RowGate
from omegaweb.engine.recorder import Recorder
from omegaweb.runs.models import Run


def execute(run: Run, *, gate: RowGate, stop: threading.Event) -> None:
    """Fit the program of a run until it is over.

    Raises:
        OptimizerError: the run cannot work or has failed.
        RecordingFailed: what it said could not be written down.
    """
    parts = assembly.assemble(run)
    state = newest_state(run.pk)
    asyncio.run(
        parts.fit(
            callbacks=[Recorder(run.pk)],
            review=gate if run.choices.ask_me else None,
            stop=stop,
            checkpoints=RowCheckpoints(run.pk),
            resume_from=None if state is None else with_everything_spent(state, run),
        )
    )
