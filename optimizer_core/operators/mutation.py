"""Mutation: a language model rewrites the value of one parent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer_core.operators.prompts import Brief, mutation_messages, shown_value
from optimizer_core.operators.rewriting import Asking, Rewrite, rewrite, thinking_field


async def mutate(asking: Asking, brief: Brief, parent: Mapping[str, Any]) -> Rewrite:
    """Return a better value of the brief's variable.

    Args:
        asking: the model and its settings.
        brief: program, variable, evidence and the user's instructions.
        parent: content of the variable.

    Raises:
        ModelError: no answer that fits, even after one repair.
        NoProposal: the answer cannot be used.
        BudgetExhausted: the call would go over the budget.
        RunStopped: the run was asked to stop.
    """
    shown = shown_value(brief.variable, parent)
    messages = mutation_messages(brief, shown, thinking=thinking_field(brief.variable))
    return await rewrite(asking, messages, brief.variable, (parent,))
