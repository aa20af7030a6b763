"""PythonSynthesis: Python code that an optimizer writes, run in a sandbox."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable
from functools import lru_cache

from optimizer_core.data.schema import Schema, SchemaSource
from optimizer_core.errors import ConfigurationError, InvalidAnswer
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.base import Module, Prediction, Rollout
from optimizer_core.modules.registry import register_module
from optimizer_core.modules.sandbox import check_sandbox, run_python

_LEAST_MEMORY = 1 << 20  # bytes; less is too little even for small inputs


@lru_cache
def script_schema() -> Schema:
    """Return the schema of the variable that each PythonSynthesis holds."""
    about = (
        "Python that reads the dict `inputs` and assigns the dict `result`. It runs in a sandbox: a part of the "
        "standard library (re, math, json, datetime …), no files, no network."
    )
    return Schema.of(
        {
            "type": "object",
            "title": "PythonScript",
            "properties": {"python_script": {"type": "string", "minLength": 1, "description": about}},
            "required": ["python_script"],
        }
    )


@register_module
class PythonSynthesis(Module):
    """Answers what its script assigns to ``result``; asks no language model.

    It holds one variable, ``{"python_script": text}``, which OMEGA rewrites; examples mean nothing to it.

    Args:
        inputs: what it reads: a DataModel class or a JSON Schema dict; None takes any object.
        outputs: what it answers.
        python_script: reads the dict ``inputs`` and assigns the dict ``result``.
        seed_scripts: other scripts that an optimizer starts from.
        default_value: the answer where the script fails, so that the program can go on; without one the sample
            fails, and the proposer reads why.
        timeout: seconds that one run may compute.
        memory: bytes that one run may hold.
        name: unique among its siblings.
        description: what it is for; shown to the proposer.
        trainable: False freezes the script.

    Raises:
        ConfigurationError: a script is no Python, a value cannot work, or ``pydantic-monty`` is not installed.
    """

    def __init__(
        self,
        *,
        inputs: SchemaSource | None,
        outputs: SchemaSource,
        python_script: str,
        seed_scripts: Iterable[str] = (),
        default_value: JsonObject | None = None,
        timeout: float = 5.0,
        memory: int = 64 << 20,
        name: str | None = None,
        description: str = "",
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        check_sandbox()
        self._inputs = None if inputs is None else Schema.of(inputs)
        self._outputs = Schema.of(outputs)
        if default_value is not None and (problems := self._outputs.problems(default_value)):
            raise ConfigurationError(f"{self.name}: default_value does not fit the outputs: {'; '.join(problems)}")
        self.default_value = default_value
        self.timeout, self.memory = _check_limits(timeout, memory)
        script, *seeds = (_check_script(text) for text in (python_script, *seed_scripts))
        fields = ", ".join(f"`{field}`" for field in self._outputs.properties)
        self.variable = self.add_variable(
            schema=script_schema(),
            value={"python_script": script},
            description=description or f"The Python script that computes {fields}",
            seeds=[{"python_script": seed} for seed in seeds],
            uses_examples=False,
        )

    @property
    def inputs_schema(self) -> Schema | None:
        return self._inputs

    @property
    def outputs_schema(self) -> Schema | None:
        return self._outputs

    async def call(self, inputs: JsonObject, rollout: Rollout) -> JsonObject | None:
        """Run the script.

        Raises:
            SchemaError: the inputs do not fit.
            InvalidAnswer: the script failed or its result does not fit, and there is no default value.
        """
        if self._inputs is not None:
            self._inputs.check(inputs, where=f"{self.name}: inputs")
        script = rollout.value(self.variable)["python_script"]
        try:
            result: JsonObject = await run_python(script, inputs, timeout=self.timeout, memory=self.memory)
            if problems := self._outputs.problems(result):
                raise InvalidAnswer(f"the result of the script does not fit: {'; '.join(problems)}")
        except InvalidAnswer:
            if self.default_value is None:
                raise
            result = dict(self.default_value)
        rollout.trace.append(Prediction(variable=self.variable.name, inputs=inputs, outputs=result))
        return result

    def config(self) -> JsonObject:
        return {
            **super().config(),
            "inputs": None if self._inputs is None else self._inputs.to_json(),
            "outputs": self._outputs.to_json(),
            "python_script": self.variable.value["python_script"],
            "seed_scripts": [seed["python_script"] for seed in self.variable.seeds],
            "default_value": self.default_value,
            "timeout": self.timeout,
            "memory": self.memory,
        }


def _check_script(text: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise ConfigurationError(f"python_script={text!r} must be Python that reads `inputs` and assigns `result`")
    try:
        ast.parse(text)  # read only; nothing is ever executed outside the sandbox
    except (SyntaxError, ValueError) as error:
        raise ConfigurationError(f"python_script is no Python: {error}") from error
    return text


def _check_limits(timeout: float, memory: int) -> tuple[float, int]:
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout < math.inf:
        raise ConfigurationError(f"timeout={timeout!r} must be a number of seconds, more than 0")
    if isinstance(memory, bool) or not isinstance(memory, int) or memory < _LEAST_MEMORY:
        raise ConfigurationError(f"memory={memory!r} must be a number of bytes, at least {_LEAST_MEMORY}")
    return float(timeout), memory
