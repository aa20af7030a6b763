"""Sequential: one module after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.base import Module, Rollout
from optimizer_core.modules.registry import module_from_json, module_to_json, register_module


@register_module
class Sequential(Module):
    """Gives each module what the one before it answered; where one answers None, so does the whole.

    Args:
        modules: at least one, in order.
        name: unique among its siblings.
        description: what it is for; shown to the proposer.
        trainable: False freezes all of them.

    Raises:
        ConfigurationError: there is no module, or two of one name.
    """

    def __init__(
        self, modules: Sequence[Module], *, name: str | None = None, description: str = "", trainable: bool = True
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        self.modules = check_modules(modules)

    @property
    def inputs_schema(self) -> Schema | None:
        return self.modules[0].inputs_schema

    @property
    def outputs_schema(self) -> Schema | None:
        return self.modules[-1].outputs_schema

    async def call(self, inputs: JsonObject, rollout: Rollout) -> JsonObject | None:
        value: JsonObject | None = inputs
        for module in self.modules:
            if value is None:
                return None
            value = await module(value, rollout)
        return value

    def config(self) -> JsonObject:
        return {**super().config(), "modules": [module_to_json(module) for module in self.modules]}

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        return cls(**{**config, "modules": [module_from_json(saved) for saved in config["modules"]]})


def check_modules(modules: Sequence[Module]) -> tuple[Module, ...]:
    """Return the modules of a module that is made of several.

    Raises:
        ConfigurationError: there is none, or something else among them.
    """
    listed = tuple(modules)
    if not listed or not all(isinstance(module, Module) for module in listed):
        raise ConfigurationError(f"modules={modules!r} must be a list of one or more modules")
    return listed
