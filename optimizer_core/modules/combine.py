"""Combine: several modules read the same, and their answers are joined."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Self

from optimizer_core.data.json_operators import json_and, json_concat, json_or, json_xor
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.base import Module, Rollout
from optimizer_core.modules.registry import module_from_json, module_to_json, register_module
from optimizer_core.modules.sequential import check_modules

_WAYS: dict[str, Callable[[JsonObject | None, JsonObject | None], JsonObject | None]] = {
    "concat": json_concat,
    "and": json_and,
    "or": json_or,
    "xor": json_xor,
}


@register_module
class Combine(Module):
    """Runs several modules on its input at the same time and joins what they answer.

    Args:
        modules: at least one; their answers are joined in this order.
        how: "concat", "and", "or" or "xor"; see :mod:`optimizer_core.data.json_operators`.
        name: unique among its siblings.
        description: what it is for; shown to the proposer.
        trainable: False freezes all of them.

    Raises:
        ConfigurationError: a value cannot work.
    """

    def __init__(
        self,
        modules: Sequence[Module],
        *,
        how: str = "concat",
        name: str | None = None,
        description: str = "",
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        self.modules = check_modules(modules)
        if how not in _WAYS:
            raise ConfigurationError(f"how={how!r} must be one of {', '.join(_WAYS)}")
        self.how = how

    @property
    def inputs_schema(self) -> Schema | None:
        return self.modules[0].inputs_schema

    async def call(self, inputs: JsonObject, rollout: Rollout) -> JsonObject | None:
        """Run all of them.

        Raises:
            SchemaError: an answer is missing that "concat" needs.
        """
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(module(inputs, rollout)) for module in self.modules]
        except BaseExceptionGroup as failed:
            # All are asked at once; one error speaks for those that failed together.
            raise failed.exceptions[0] from failed
        return reduce(_WAYS[self.how], [task.result() for task in tasks])

    def config(self) -> JsonObject:
        return {
            **super().config(),
            "modules": [module_to_json(module) for module in self.modules],
            "how": self.how,
        }

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        return cls(**{**config, "modules": [module_from_json(saved) for saved in config["modules"]]})
