"""Callbacks listen to a run: keep its history, stop it early, write it down.

* ``base``                Listener, Callback: the events, and hooks for the main moments
* ``history``             the logs of every epoch; ``fit`` returns it
* ``early_stopping``      ends a run that gets no better
* ``csv_logger``          a line for each epoch
* ``program_checkpoint``  saves the best so far
* ``progress_bar``        for the terminal
"""

from __future__ import annotations

from optimizer_core.callbacks.base import Callback, Listener, Stoppable
from optimizer_core.callbacks.csv_logger import CSVLogger
from optimizer_core.callbacks.early_stopping import EarlyStopping
from optimizer_core.callbacks.history import Failure, History
from optimizer_core.callbacks.program_checkpoint import ProgramCheckpoint
from optimizer_core.callbacks.progress_bar import ProgressBar

__all__ = [
    "CSVLogger",
    "Callback",
    "EarlyStopping",
    "Failure",
    "History",
    "Listener",
    "ProgramCheckpoint",
    "ProgressBar",
    "Stoppable",
]
