"""Checks of the settings that modules share, made at construction, before any call is paid for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from optimizer_core.data.dataset import as_object
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.prompt import placeholders


def check_instructions(text: Any, inputs: Schema | None) -> str:
    """Return an instruction text that says something and names only input fields that there are.

    Raises:
        ConfigurationError: it is no text, empty, or holds a ``{{field}}`` that the inputs don't have.
    """
    if not isinstance(text, str) or not text.strip():
        raise ConfigurationError(f"instructions={text!r} must be a text; leave it out for a default sentence")
    if inputs is not None:
        fields = inputs.properties
        for name in placeholders(text):
            if name not in fields:
                raise ConfigurationError(
                    f"the instructions name {{{{{name}}}}}, which the inputs don't have; they have {', '.join(fields)}"
                )
    return text


def check_examples(examples: Iterable[Any], inputs: Schema | None, outputs: Sequence[Schema]) -> list[JsonObject]:
    """Return examples as ``{"inputs": …, "outputs": …}`` objects.

    Args:
        examples: such objects, or pairs of inputs and outputs; either side a DataModel instance or a JSON object.
        inputs: what the inputs must fit.
        outputs: the outputs must fit one of these.

    Raises:
        ConfigurationError: it is no list, or an example has another shape or does not fit.
    """
    if not isinstance(examples, Iterable) or isinstance(examples, (str, Mapping)):
        raise ConfigurationError(f'examples={examples!r} must be a list of {{"inputs": …, "outputs": …}} or of pairs')
    return [_check_example(number, example, inputs, outputs) for number, example in enumerate(examples)]


def _check_example(number: int, example: Any, inputs: Schema | None, outputs: Sequence[Schema]) -> JsonObject:
    if isinstance(example, Mapping) and {"inputs", "outputs"} <= set(example) <= {"inputs", "outputs", "reward"}:
        checked = {**example, "inputs": as_object(example["inputs"]), "outputs": as_object(example["outputs"])}
    elif isinstance(example, (tuple, list)) and len(example) == 2:
        checked = {"inputs": as_object(example[0]), "outputs": as_object(example[1])}
    else:
        raise ConfigurationError(f'example {number} must be {{"inputs": …, "outputs": …}} or a pair, got {example!r}')
    problems = inputs.problems(checked["inputs"]) if inputs is not None else []
    fitting: list[list[str]] = [schema.problems(checked["outputs"]) for schema in outputs]
    if fitting:
        closest = min(fitting, key=len)
        problems += closest
    if problems:
        raise ConfigurationError(f"example {number}: {'; '.join(problems)}")
    return checked
