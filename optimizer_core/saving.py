"""Saving: a program as a JSON file and back, and checkpoints as files. Nothing that is read is ever executed."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from optimizer_core import metrics as metrics_package
from optimizer_core import optimizers as optimizers_package
from optimizer_core import rewards as rewards_package
from optimizer_core.errors import CheckpointError, ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.metrics.base import Metric
from optimizer_core.modules.base import Module
from optimizer_core.modules.registry import module_from_json, module_to_json
from optimizer_core.optimizers.base import Optimizer
from optimizer_core.rewards.base import Reward

FORMAT = "optimizer_core.program"
VARIABLES_FORMAT = "optimizer_core.variables"
VERSION = 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedProgram:
    """The parts of a program."""

    name: str
    description: str
    root_module: Module
    content: JsonObject  # of each trainable variable, by name
    initial: JsonObject  # the content it had when it was made
    optimizer: Optimizer | None = None
    reward: Reward | None = None
    metrics: Sequence[Metric] = field(default_factory=list)


def program_to_json(program: SavedProgram) -> JsonObject:
    """Return a program as JSON. Keys of models are never in it.

    What could not be loaded again, such as a reward function without a registered name, is left out and named under
    ``left_out``; the loaded program has to be compiled with it.

    Raises:
        ConfigurationError: the class of a module is not registered.
    """
    left_out: list[str] = []

    def keep(what: str, convert: Callable[[T], JsonObject], value: T) -> JsonObject | None:
        try:
            saved = convert(value)
            json.dumps(saved)
        except (ConfigurationError, TypeError) as error:
            left_out.append(f"{what}: {error}")
            return None
        return saved

    compiled = {
        "optimizer": program.optimizer and keep("optimizer", optimizers_package.to_json, program.optimizer),
        "reward": program.reward and keep("reward", rewards_package.to_json, program.reward),
        "metrics": [
            saved for metric in program.metrics if (saved := keep(metric.name, metrics_package.to_json, metric))
        ],
    }
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": program.name,
        "description": program.description,
        "root_module": module_to_json(program.root_module),
        "content": program.content,
        "initial": program.initial,
        "compiled": compiled,
        "left_out": left_out,
    }


def program_from_json(saved: JsonObject) -> SavedProgram:
    """Make the parts again: only classes known by a registered name are made.

    Raises:
        CheckpointError: it is no saved program, or of another version.
        ConfigurationError: a class is not known, or a setting cannot work.
    """
    _check_format(saved, (FORMAT,), "saved program")
    try:
        compiled = saved["compiled"]
        return SavedProgram(
            name=str(saved["name"]),
            description=str(saved["description"]),
            root_module=module_from_json(saved["root_module"]),
            content=dict(saved["content"]),
            initial=dict(saved["initial"]),
            optimizer=optimizers_package.get(compiled["optimizer"]),
            reward=rewards_package.get(compiled["reward"]),
            metrics=[metric for item in compiled["metrics"] if (metric := metrics_package.get(item)) is not None],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"the saved program is damaged: {type(error).__name__} {error}") from error


def variables_to_json(content: JsonObject) -> JsonObject:
    """Return the content of every trainable variable as a file of its own."""
    return {"format": VARIABLES_FORMAT, "version": VERSION, "content": content}


def variables_from_json(saved: JsonObject) -> JsonObject:
    """Return the content of every trainable variable, from a file of variables or a saved program.

    Raises:
        CheckpointError: it is neither, or of another version.
    """
    _check_format(saved, (VARIABLES_FORMAT, FORMAT), "file of variables")
    content = saved.get("content")
    if not isinstance(content, dict):
        raise CheckpointError("the file of variables is damaged: it has no content")
    return content


def _check_format(saved: JsonObject, formats: Sequence[str], what: str) -> None:
    if not isinstance(saved, dict) or saved.get("format") not in formats:
        raise CheckpointError(f"this is no {what}")
    if saved.get("version") != VERSION:
        raise CheckpointError(f"the {what} is of version {saved.get('version')!r}; this one reads {VERSION}")


def write_json(path: str | Path, value: Any) -> None:
    """Write a JSON file; a file that is there is replaced in one go, so that a crash leaves the old or the new one."""
    target, text = Path(path), json.dumps(value, ensure_ascii=False, indent=2)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}.", suffix=".tmp", delete=False
    ) as file:
        file.write(text)
    os.replace(file.name, target)


def read_json(path: str | Path) -> Any:
    """Read a JSON file.

    Raises:
        CheckpointError: it is not there, or no JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error


class FileCheckpoints:
    """Keeps the last checkpoint of a run in a file: ``fit(…, checkpoints=FileCheckpoints("run.json"))``.

    Args:
        path: where to; replaced with every checkpoint.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def is_due(self) -> bool:
        return True

    async def save(self, state: JsonObject) -> str:
        write_json(self._path, state)
        return str(self._path)

    def load(self) -> JsonObject | None:
        """Return what ``fit(resume_from=…)`` wants; None where there is no checkpoint yet.

        Raises:
            CheckpointError: the file cannot be read.
        """
        if not self._path.exists():
            return None
        state: JsonObject = read_json(self._path)
        return state
