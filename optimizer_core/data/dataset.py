"""Samples, and the seeded batches and minibatches drawn from them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from optimizer_core.data.plain_json import plain_json
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject, canonical_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One row: what the program reads, and what it should answer where that is known."""

    id: str  # "train-3": split and position, unique within a run
    inputs: JsonObject
    target: JsonObject | None = None
    note: str = ""  # what a person said about this row before the run


def as_object(value: object) -> JsonObject:
    """Return a DataModel instance or a mapping as a JSON object of plain values; see :func:`plain_json`.

    Raises:
        ConfigurationError: it is neither, or holds what is no JSON value.
    """
    if isinstance(value, dict):
        return plain_json(value)
    # pydantic is heavy to import, so a data model is known by what it can do.
    dump = getattr(value, "model_dump", None)
    if not callable(dump) or isinstance(value, type):
        raise ConfigurationError(f"a sample must be a DataModel or a JSON object, got {type(value).__name__}")
    try:
        dumped: JsonObject = dump(mode="json")
    except ValueError as error:  # pydantic's, for a value that it cannot write
        raise ConfigurationError(f"{error}; make it a value that JSON knows") from error
    return plain_json(dumped)


def make_samples(
    x: Sequence[object],
    y: Sequence[object] | None,
    *,
    split: str,
    inputs: Schema | None = None,
    outputs: Schema | None = None,
) -> tuple[Sample, ...]:
    """Pair inputs and targets by position; fields that a row leaves out get the default of their schema.

    Args:
        x: DataModel instances or JSON objects.
        y: the same.
        split: how the ids of the samples begin.
        inputs: of ``x``, where it is known.
        outputs: of ``y``, likewise.

    Raises:
        ConfigurationError: the lengths differ, or a row is no JSON object; the message counts rows from 0.
    """
    if y is not None and len(x) != len(y):
        raise ConfigurationError(f"{split}: x has {len(x)} samples but y has {len(y)}; give one target for each input")
    targets = [None] * len(x) if y is None else y
    return tuple(
        Sample(
            id=f"{split}-{i}",
            inputs=_row(read, inputs, split, i),
            target=None if target is None else _row(target, outputs, f"y of {split}", i),
        )
        for i, (read, target) in enumerate(zip(x, targets, strict=True))
    )


def _row(value: object, schema: Schema | None, split: str, number: int) -> JsonObject:
    try:
        row = as_object(value)
        return row if schema is None else schema.with_defaults(row)
    except ConfigurationError as error:
        raise ConfigurationError(f"{split} row {number}: {error}") from error


def split_last(samples: Sequence[Sample], fraction: float) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Split the last ``fraction`` off for validation, before anything is shuffled.

    Raises:
        ConfigurationError: it is no fraction, or one of the two sides would be empty.
    """
    if not isinstance(fraction, (int, float)) or not 0 < fraction < 1:
        raise ConfigurationError(
            f"validation_split={fraction!r} must be a number between 0 and 1; 0.1 takes the last tenth"
        )
    at = math.floor(len(samples) * (1 - fraction))
    if at <= 0 or at >= len(samples):
        raise ConfigurationError(
            f"validation_split={fraction} of {len(samples)} samples leaves one side empty; "
            "give more samples, another fraction, or validation_data"
        )
    return tuple(samples[:at]), tuple(samples[at:])


def batches(samples: Sequence[Sample], *, size: int, shuffle: bool, rng: random.Random) -> Iterator[tuple[Sample, ...]]:
    """Yield the samples in batches of ``size``; the last may be smaller."""
    order = list(samples)
    if shuffle:
        rng.shuffle(order)
    for start in range(0, len(order), size):
        yield tuple(order[start : start + size])


def draw_minibatch(samples: Sequence[Sample], *, size: int, rng: random.Random) -> tuple[Sample, ...]:
    """Draw ``size`` samples without replacement, one target value after the other.

    Targets that are all equal, all different or unknown give a uniform draw. A falsy ``size``, or one not smaller
    than the set, gives all samples in their order.
    """
    if not size or len(samples) <= size:
        return tuple(samples)
    groups = _groups(samples)
    if len(groups) in (1, len(samples)):
        return tuple(rng.sample(list(samples), size))
    return _one_after_the_other(groups, rng)[:size]


def target_text(sample: Sample) -> str:
    """Return the canonical text of a sample's target: equal targets are of one kind."""
    return canonical_json(sample.target)


def stratified(
    samples: Sequence[Sample], *, rng: random.Random, target_of: Callable[[Sample], str] = target_text
) -> tuple[Sample, ...]:
    """Return all samples in an order by chance, one target value after the other, so that every beginning is varied.

    Args:
        samples: in any order.
        rng: the source of chance.
        target_of: :func:`target_text`, or what remembers it.
    """
    return _one_after_the_other(_groups(samples, target_of), rng)


def proportional(samples: Sequence[Sample], *, rng: random.Random) -> tuple[Sample, ...]:
    """Return all samples in an order by chance in which every beginning has each target value in its true share.

    The j-th of n samples of a value, in an order by chance, stands at ``(j + u) / n``, with u uniform in [0, 1).
    """
    placed: list[tuple[float, Sample]] = []
    for group in _groups(samples):
        rng.shuffle(group)
        placed.extend(((position + rng.random()) / len(group), sample) for position, sample in enumerate(group))
    return tuple(sample for _, sample in sorted(placed, key=lambda item: item[0]))


def _groups(samples: Sequence[Sample], target_of: Callable[[Sample], str] = target_text) -> list[list[Sample]]:
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(target_of(sample), []).append(sample)
    return list(groups.values())


def _one_after_the_other(queues: list[list[Sample]], rng: random.Random) -> tuple[Sample, ...]:
    rng.shuffle(queues)
    for queue in queues:
        rng.shuffle(queue)
    drawn: list[Sample] = []
    while any(queues):
        drawn.extend(queue.pop() for queue in queues if queue)
    return tuple(drawn)
