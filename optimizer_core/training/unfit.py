"""Rows that can only score 0: the program cannot read them, or no answer of it can be compared with their target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimizer_core.data.dataset import Sample
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.modules.base import Module
from optimizer_core.rewards.base import Reward


def find_unfit(program: Module, reward: Reward, splits: Mapping[str, Sequence[Sample]]) -> str:
    """Return how many rows of each split do not fit, with the first of them; empty where all do.

    Where a program does not say what it reads or answers, nothing is looked at.

    Args:
        program: the root module.
        reward: judges the answers.
        splits: the samples of each split, by its name.

    Raises:
        ConfigurationError: a split has rows, and none of them fits.
    """
    inputs, outputs = program.inputs_schema, program.outputs_schema
    counts: list[str] = []
    first = ""
    for split, samples in splits.items():
        problems = [problem for sample in samples if (problem := _problem(sample, inputs, outputs, reward))]
        if not problems:
            continue
        if len(problems) == len(samples):
            raise ConfigurationError(
                f"no {split} row fits the program, so each would score 0; the first problem: {problems[0]}"
            )
        counts.append(f"{len(problems)} of {len(samples)} {split} rows")
        first = first or problems[0]
    return f"{', '.join(counts)} do not fit the program and score 0; the first problem: {first}" if counts else ""


def _problem(sample: Sample, inputs: Schema | None, outputs: Schema | None, reward: Reward) -> str:
    if inputs is not None and (problems := inputs.problems(sample.inputs)):
        return f"x of {sample.id}: {problems[0]}"
    if outputs is not None and sample.target is not None and (why := reward.mismatch(sample.target, outputs)):
        return f"y of {sample.id}: {why}"
    return ""
