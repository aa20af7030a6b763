"""Branch: a decision, then only the module that belongs to the chosen label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.base import Module, Rollout
from optimizer_core.modules.decision import Decision, DecisionSettings


class Branch(Module):
    """Decides about its input, then answers what the chosen branch answers; the others are not run.

    Its variables are those of the decision and of every branch. Only the variables of what ran are in the trace.

    Args:
        question: what is to be decided.
        branches: label → module; None where that label needs no answer, which makes the whole answer None.
        name: unique among its siblings.
        description: what it is for; shown to the proposer.
        trainable: False freezes the decision and all branches.
        **decision: settings of the :class:`~optimizer_core.modules.decision.Decision`.

    Raises:
        TypeError: a keyword is unknown.
        ConfigurationError: a value cannot work, or two branches share a name.
    """

    def __init__(
        self,
        *,
        question: str,
        branches: Mapping[str, Module | None],
        name: str | None = None,
        description: str = "",
        trainable: bool = True,
        **decision: Unpack[DecisionSettings],
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        for label, branch in branches.items():
            if branch is not None and not isinstance(branch, Module):
                raise ConfigurationError(f"branch {label!r} must be a module or None, got {branch!r}")
        self.decision = Decision(question=question, labels=tuple(branches), **decision)
        self.branches = dict(branches)

    @property
    def inputs_schema(self) -> Schema | None:
        return self.decision.inputs_schema

    @property
    def outputs_schema(self) -> Schema | None:
        """What it answers, where all branches answer the same."""
        schemas = [branch.outputs_schema for branch in self.branches.values() if branch is not None]
        return schemas[0] if schemas and all(schema == schemas[0] for schema in schemas) else None

    async def call(self, inputs: JsonObject, rollout: Rollout) -> JsonObject | None:
        decided = await self.decision.answer(inputs, rollout)
        branch = self.branches[self.decision.picked(decided)]
        return None if branch is None else await branch(inputs, rollout)
