"""What ``fit`` is told, checked before anything happens."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from optimizer_core.budget import Budget
from optimizer_core.callbacks import Listener
from optimizer_core.data.dataset import Sample, make_samples, split_last
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.inspection.flag import OnWarning
from optimizer_core.json_values import JsonObject
from optimizer_core.models.journal import Journal
from optimizer_core.models.patience import USUAL_SECONDS, Patience
from optimizer_core.models.settings import check_number, check_switch
from optimizer_core.optimizers.settings import check_at_least, check_choice
from optimizer_core.review import ReviewGate, ReviewPolicy
from optimizer_core.steering import Steering
from optimizer_core.training.checkpoints import CheckpointStore


@dataclass(frozen=True, slots=True, kw_only=True)
class RunData:
    """The samples of one run, each in one part only."""

    train: tuple[Sample, ...]
    validation: tuple[Sample, ...]
    test: tuple[Sample, ...] = ()

    @property
    def splits(self) -> dict[str, tuple[Sample, ...]]:
        return {"train": self.train, "validation": self.validation, "test": self.test}

    @property
    def sizes(self) -> JsonObject:
        return {name: len(samples) for name, samples in self.splits.items()}


_LEAST = {
    "batch_size": 1,
    "minibatch_size": 0,
    "validation_freq": 1,
    "concurrency": 1,
    "initial_epoch": 0,
}

#: What a run asks things of: any object with these methods will do, such as the one named last.
_PARTS = {
    "review": (("review",), "oc.ApproveAll()"),
    "stop": (("is_set",), "threading.Event()"),
    "steering": (("requests",), "oc.steering.RequestList()"),
    "checkpoints": (("is_due", "save"), "oc.FileCheckpoints(path)"),
    "journal": (("find", "add"), "oc.FileJournal(path)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSettings:
    """How a run goes; the arguments of ``fit`` without its data.

    Raises:
        ConfigurationError: a value cannot work.
    """

    epochs: int | None = 1  # None: until the budget is spent
    batch_size: int = 1
    minibatch_size: int = 4  # validation samples that judge a child; 0: all
    shuffle: bool = True
    validation_freq: int = 1  # epochs between two full validations of the best
    callbacks: Sequence[Listener] = ()
    review: ReviewGate | None = None
    review_policy: str = ReviewPolicy.EVERY
    budget: Budget = field(default_factory=Budget)
    concurrency: int = 16
    seed: int = 0
    stop: threading.Event | None = None
    steering: Steering | None = None
    on_warning: str = OnWarning.SCORE  # of a proposal that was flagged
    on_budget_spent: str = "finish"  # or "pause", until it is extended or the run told to finish
    provider_patience: float = USUAL_SECONDS  # seconds without any answer of a model
    on_provider_trouble: str = "raise"  # what then; or "pause", until somebody resumes
    checkpoints: CheckpointStore | None = None
    resume_from: JsonObject | None = None
    restart: bool = False
    journal: Journal | None = None
    initial_epoch: int = 0  # number of the first epoch
    steps_per_epoch: int | None = None  # batches of an epoch; None: all

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            check_at_least(name, getattr(self, name), least)
        for name in ("shuffle", "restart"):
            check_switch(name, getattr(self, name))
        self._check_parts()
        check_choice("review_policy", self.review_policy, tuple(policy.value for policy in ReviewPolicy))
        check_choice("on_warning", self.on_warning, tuple(choice.value for choice in OnWarning))
        if self.on_warning == OnWarning.ASK and self.review is None:
            raise ConfigurationError('on_warning="ask" needs a review gate to ask; give one, or take "score" or "drop"')
        check_choice("on_budget_spent", self.on_budget_spent, ("finish", "pause"))
        check_choice("on_provider_trouble", self.on_provider_trouble, ("raise", "pause"))
        check_number("provider_patience", self.provider_patience, above=0)
        if self.steps_per_epoch is not None:
            check_at_least("steps_per_epoch", self.steps_per_epoch, 1)
        self._check_epochs()

    def _check_parts(self) -> None:
        for name, (methods, example) in _PARTS.items():
            if getattr(self, name) is not None:
                check_part(name, getattr(self, name), methods, example)
        if not isinstance(self.budget, Budget):
            raise ConfigurationError(f"budget={self.budget!r} must be a budget, such as oc.Budget(calls=100)")
        if self.resume_from is not None and not isinstance(self.resume_from, dict):
            raise ConfigurationError(
                f"resume_from={self.resume_from!r} must be a checkpoint, such as oc.FileCheckpoints(path).load()"
            )

    def _check_epochs(self) -> None:
        if self.epochs is None:
            if self.budget == Budget():
                raise ConfigurationError("epochs=None goes on until the budget is spent; give a budget, or epochs")
            return
        if not isinstance(self.epochs, int) or isinstance(self.epochs, bool) or self.epochs < 1:
            raise ConfigurationError(f"epochs={self.epochs!r} must be 1 or more, or None with a budget")
        if self.epochs <= self.initial_epoch:
            raise ConfigurationError(
                f"epochs={self.epochs} is where training ends; it must be more than initial_epoch={self.initial_epoch}"
            )

    def patience(self) -> Patience:
        """Return what the run does about models in trouble."""
        return Patience(
            seconds=self.provider_patience,
            pauses=self.on_provider_trouble == "pause",
            knows_all=self.resume_from is not None,
        )

    @property
    def configuration(self) -> JsonObject:
        """What ``run.started`` says about the run."""
        budget = {
            name: value
            for name in ("calls", "tokens", "cost", "seconds")
            if (value := getattr(self.budget, name)) is not None
        }
        return {
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "minibatch_size": self.minibatch_size,
            "shuffle": self.shuffle,
            "validation_freq": self.validation_freq,
            "concurrency": self.concurrency,
            "review": self.review is not None,
            "on_warning": str(self.on_warning),
            "budget": budget,
        }


def check_part(name: str, value: Any, methods: Sequence[str], example: str) -> None:
    """Look whether an object, no class, has the methods that a run will call.

    Raises:
        ConfigurationError: it has not.
    """
    if isinstance(value, type) or not all(callable(getattr(value, method, None)) for method in methods):
        raise ConfigurationError(
            f"{name}={value!r} must be an object with the method{'s' * (len(methods) > 1)} {', '.join(methods)}, "
            f"such as {example}"
        )


def check_callbacks(callbacks: Iterable[Listener] | None) -> tuple[Listener, ...]:
    """Return who is told the events; None means nobody.

    Raises:
        ConfigurationError: it is no list, or something in it cannot be told anything.
    """
    if callbacks is None:
        return ()
    if not isinstance(callbacks, Iterable) or isinstance(callbacks, (str, dict)):
        raise ConfigurationError(f"callbacks={callbacks!r} is no list; give a list: callbacks=[…]")
    listeners = tuple(callbacks)
    for number, listener in enumerate(listeners):
        check_part(f"callbacks[{number}]", listener, ("on_event",), "oc.EarlyStopping()")
    return listeners


def split_data(
    x: Sequence[object],
    y: Sequence[object] | None,
    *,
    validation_data: tuple[Sequence[object], Sequence[object] | None] | None,
    validation_split: float,
    test_data: tuple[Sequence[object], Sequence[object] | None] | None,
    notes: Sequence[str] | None = None,
    inputs: Schema | None = None,
    outputs: Schema | None = None,
) -> RunData:
    """Make samples of what ``fit`` was given; the last share becomes validation where none was given.

    ``inputs`` and ``outputs`` are the program's, and their defaults fill what rows leave out.

    Raises:
        ConfigurationError: a part is empty or does not fit together.
    """
    make = partial(make_samples, inputs=inputs, outputs=outputs)
    train = make(x, y, split="train")
    if not train:
        raise ConfigurationError("x has no samples; give at least one")
    if notes is not None:
        train = _with_notes(train, notes)
    if validation_data is None:
        train, validation = split_last(train, validation_split)
    else:
        validation = make(*_pair("validation_data", validation_data), split="validation")
        if not validation:
            raise ConfigurationError("validation_data has no samples; leave it out to split x instead")
    test = make(*_pair("test_data", test_data), split="test") if test_data is not None else ()
    if test_data is not None and not test:
        raise ConfigurationError("test_data has no samples; leave it out to test nothing")
    return RunData(train=train, validation=validation, test=test)


def _with_notes(train: Sequence[Sample], notes: Sequence[str]) -> tuple[Sample, ...]:
    if len(notes) != len(train):
        raise ConfigurationError(f"x has {len(train)} samples but notes has {len(notes)}; give one text for each")
    return tuple(replace(sample, note=note) for sample, note in zip(train, notes, strict=True))


def _pair(
    name: str, data: tuple[Sequence[object], Sequence[object] | None]
) -> tuple[Sequence[object], Sequence[object] | None]:
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise ConfigurationError(f"{name} must be a pair (x, y)")
    return data[0], data[1]
