"""Branch: a decision, then only the module that belongs to the chosen label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self, Unpack

from optimizer_core.data.schema import Schema, SchemaSource
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.base import Module, Rollout
from optimizer_core.modules.decision import Decision
from optimizer_core.modules.generator import AskingSettings
from optimizer_core.modules.registry import module_from_json, module_to_json, register_module


@register_module
class Branch(Module):
    """Decides about its input, then answers what the chosen branch answers; the others are not run.

    Its variables are those of the decision and of every branch. Only the variables of what ran are in the trace.

    Args:
        question: what is to be decided.
        branches: label → module; None where that label needs no answer, which makes the whole answer None.
        inputs: what it reads; any object when left out.
        name: unique among its siblings.
        description: what it is for; shown to the proposer.
        trainable: False freezes the decision and all branches.
        **decision: how the model that decides is asked: ``instructions``, ``examples``, ``language_model`` …

    Raises:
        TypeError: a keyword is unknown.
        ConfigurationError: a value cannot work, or two branches share a name.
    """

    def __init__(
        self,
        *,
        question: str,
        branches: Mapping[str, Module | None],
        inputs: SchemaSource | None = None,
        name: str | None = None,
        description: str = "",
        trainable: bool = True,
        **decision: Unpack[AskingSettings],
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        if not isinstance(branches, Mapping) or len(branches) < 2:
            raise ConfigurationError(f"branches={branches!r} must give two or more labels a module each, or None")
        for label, branch in branches.items():
            if branch is not None and not isinstance(branch, Module):
                raise ConfigurationError(f"branch {label!r} must be a module or None, got {branch!r}")
        self.decision = Decision(question=question, labels=tuple(branches), inputs=inputs, **decision)
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

    def config(self) -> JsonObject:
        schema = self.inputs_schema
        return {
            **super().config(),
            "question": self.decision.question,
            "branches": {
                label: None if branch is None else module_to_json(branch) for label, branch in self.branches.items()
            },
            "inputs": None if schema is None else schema.to_json(),
            **self.decision.asking_config(),
        }

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        branches = {
            label: None if saved is None else module_from_json(saved) for label, saved in config["branches"].items()
        }
        return cls(**{**config, "branches": branches})
