"""The arguments of ``fit``, ``predict`` and ``evaluate`` as types, shared with their blocking twins."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TypeAlias, TypedDict

from optimizer_core.budget import Budget, Meter
from optimizer_core.callbacks import Listener
from optimizer_core.json_values import JsonObject
from optimizer_core.models.journal import Journal
from optimizer_core.review import ReviewGate
from optimizer_core.steering import Steering
from optimizer_core.training.checkpoints import CheckpointStore

Rows: TypeAlias = Sequence[object]
Pair: TypeAlias = "tuple[Rows, Rows | None]"


class FitArguments(TypedDict, total=False):
    """The keyword arguments of :meth:`Program.fit` beside the data."""

    validation_data: Pair | None
    validation_split: float
    test_data: Pair | None
    notes: Sequence[str] | None
    epochs: int | None
    batch_size: int
    minibatch_size: int
    shuffle: bool
    validation_freq: int
    callbacks: Sequence[Listener] | None
    review: ReviewGate | None
    review_policy: str
    budget: Budget | None
    concurrency: int
    seed: int
    stop: threading.Event | None
    steering: Steering | None
    on_warning: str
    on_budget_spent: str
    provider_patience: float
    on_provider_trouble: str
    checkpoints: CheckpointStore | None
    resume_from: JsonObject | None
    restart: bool
    journal: Journal | None
    initial_epoch: int
    steps_per_epoch: int | None
    validation_steps: int | None
    validation_batch_size: int
    verbose: str | int


class AskingArguments(TypedDict, total=False):
    """The keyword arguments of :meth:`Program.predict` and :meth:`Program.evaluate` beside the data."""

    batch_size: int | None
    concurrency: int
    meter: Meter | None
