"""A program as a file and back, whole or only what its variables hold."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from optimizer_core.json_values import JsonObject
from optimizer_core.metrics.base import Metric
from optimizer_core.modules.base import Module
from optimizer_core.optimizers.base import Optimizer
from optimizer_core.program.state import Stateful
from optimizer_core.rewards.base import Reward
from optimizer_core.saving import (
    SavedProgram,
    program_from_json,
    program_to_json,
    read_json,
    variables_from_json,
    variables_to_json,
    write_json,
)


class Saved(Stateful):
    """What is written down beside the variables: how the program is trained and judged."""

    def __init__(self, root_module: Module, *, name: str | None = None, description: str = "") -> None:
        super().__init__(root_module, name=name, description=description)
        self.optimizer: Optimizer | None = None
        self.reward: Reward | None = None
        self.metrics: list[Metric] = []

    def save(self, path: str | Path, *, content: JsonObject | None = None) -> None:
        """Write modules, variables, optimizer, reward and metrics to a JSON file, without models' keys.

        Args:
            path: the file; one that is there is replaced.
            content: of the variables, instead of the present one.

        Raises:
            ConfigurationError: the class of a module is not registered.
        """
        parts = SavedProgram(
            name=self.name,
            description=self.description,
            root_module=self.root_module,
            content=content or self.get_state(),
            initial=self._initial,
            optimizer=self.optimizer,
            reward=self.reward,
            metrics=self.metrics,
        )
        write_json(path, program_to_json(parts))

    def save_variables(self, path: str | Path, *, content: JsonObject | None = None) -> None:
        """Write only what the trainable variables hold to a JSON file, ``*.variables.json`` by custom.

        Args:
            path: the file; one that is there is replaced.
            content: of the variables, instead of the present one.
        """
        write_json(path, variables_to_json(content or self.get_state()))

    def load_variables(self, path: str | Path) -> None:
        """Take over what :meth:`save_variables` wrote, or the variables of a saved program.

        Raises:
            CheckpointError: the file cannot be read, or holds no variables.
            SchemaError: a variable is missing or unknown, or a value does not fit; nothing is changed.
        """
        self.assign(variables_from_json(read_json(path)))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Make a saved program again: description, variables, seeds, optimizer, reward and metrics.

        Raises:
            CheckpointError: the file cannot be read, or is no saved program.
            ConfigurationError: a class in it is not registered.
        """
        saved = program_from_json(read_json(path))
        program = cls(saved.root_module, name=saved.name, description=saved.description)
        program.optimizer, program.reward, program.metrics = saved.optimizer, saved.reward, list(saved.metrics)
        program.assign(saved.content)
        program._initial = saved.initial
        return program
