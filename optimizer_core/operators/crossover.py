"""Crossover: a language model combines the values of two parents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer_core.operators.prompts import Brief, crossover_messages, shown_value
from optimizer_core.operators.rewriting import Asking, Rewrite, rewrite, thinking_field

SCHEDULES = ("epoch", "constant")


def crossover_probability(merging_rate: float, epoch: int, *, schedule: str) -> float:
    """Return how likely crossover is: ``merging_rate · epoch``, never more than 1, or constant (decision D3).

    Args:
        merging_rate: 0.02 makes crossover as likely as 20 % in epoch 10.
        epoch: counted from 0.
        schedule: one of ``SCHEDULES``.
    """
    return min(1.0, merging_rate * epoch if schedule == "epoch" else merging_rate)


async def cross(asking: Asking, brief: Brief, parent: Mapping[str, Any], other: Mapping[str, Any]) -> Rewrite:
    """Return a combination of two values of the brief's variable; placeholders and examples are the first one's.

    Raises:
        ModelError: no answer that fits, even after one repair.
        NoProposal: the answer cannot be used.
        BudgetExhausted: the call would go over the budget.
        RunStopped: the run was asked to stop.
    """
    variable = brief.variable
    shown, second = shown_value(variable, parent), shown_value(variable, other)
    messages = crossover_messages(brief, shown, second, thinking=thinking_field(variable))
    return await rewrite(asking, messages, variable, (parent, other))
