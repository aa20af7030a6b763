"""What a program is: a module that answers, and the content of its trainable variables."""

from __future__ import annotations

from optimizer_core.data.variable import TrainableVariable
from optimizer_core.errors import ConfigurationError, SchemaError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.base import Module, Rollout


class Stateful:
    """A root module, and what its trainable variables hold."""

    def __init__(self, root_module: Module, *, name: str | None = None, description: str = "") -> None:
        if not isinstance(root_module, Module):
            raise ConfigurationError(f"root_module={root_module!r} must be a module, such as oc.Generator(…)")
        self.root_module = root_module
        self.name = name or root_module.name
        self.description = description or root_module.description
        self._initial = self.get_state()

    async def __call__(self, inputs: JsonObject, rollout: Rollout | None = None) -> JsonObject | None:
        """Answer one input; None where the program has nothing to say.

        Raises:
            ModelError: a model gave no usable answer.
        """
        return await self.root_module(inputs, rollout)

    @property
    def trainable_variables(self) -> tuple[TrainableVariable, ...]:
        """The variables that may change, in the order of the modules."""
        return tuple(self.root_module.bind())

    def get_state(self) -> JsonObject:
        """Return the content of every trainable variable by its name."""
        return {variable.name: variable.content for variable in self.trainable_variables}

    def assign(self, content: JsonObject) -> None:
        """Take over a content of every trainable variable; all or nothing.

        Raises:
            SchemaError: a variable is missing or unknown, or a value does not fit.
        """
        variables = {variable.name: variable for variable in self.trainable_variables}
        if set(variables) != set(content):
            raise SchemaError(f"the program has the variables {', '.join(variables)}, got {', '.join(content)}")
        before = self.get_state()
        try:
            for name, variable in variables.items():
                variable.assign(content[name])
        except SchemaError:
            for name, variable in variables.items():
                variable.assign(before[name])
            raise
