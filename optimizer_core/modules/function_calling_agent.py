"""FunctionCallingAgent: a model calls tools until it knows enough, then answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Self

from optimizer_core.data.schema import Schema, SchemaSource
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.models.language_model import LanguageModel
from optimizer_core.models.settings import check_count
from optimizer_core.modules.base import Module, Rollout
from optimizer_core.modules.chain_of_thought import THINKING, ChainOfThought
from optimizer_core.modules.generator import Generator
from optimizer_core.modules.registry import register_module
from optimizer_core.modules.tool import Tool, tool_from_config

_CALLS_INSTRUCTIONS = (
    "Decide which tools to call next to answer for the given inputs; `steps` holds what was called so far and what it "
    "returned. Call none when enough is known."
)
_FINAL_INSTRUCTIONS = "Answer for the given inputs, from what the tools returned in `steps`."


@register_module
class FunctionCallingAgent(Module):
    """Thinks, calls tools, reads what they return, and so on; then answers.

    It holds two variables: the instructions of ``tool_calls``, a ChainOfThought that reads ``{"inputs": …, "steps":
    […]}`` and names the tools to call, several at once where it likes; and those of ``final``, a Generator that reads
    the same and answers. A step is ``{"thinking": text, "calls": [{"tool", "arguments", "result" or "error"}]}``.

    Args:
        inputs: what it reads: a DataModel class or a JSON Schema dict; None takes any object.
        outputs: what it answers.
        tools: functions or tools, at least one, of different names.
        max_iterations: how often it may call tools before it has to answer.
        instructions: for the choice of tools; a general text when left out.
        final_instructions: for the answer; one sentence when left out.
        language_model: of both; the default model at the time of the call when left out.
        temperature: of both; the model's own setting when left out.
        reasoning_effort: of both; the model's own setting when left out.
        name: unique among its siblings.
        description: what it is for; shown to the proposer.
        trainable: False freezes both.

    Raises:
        ConfigurationError: a value cannot work.
    """

    def __init__(
        self,
        *,
        inputs: SchemaSource | None,
        outputs: SchemaSource,
        tools: Sequence[Tool | Callable[..., Any]],
        max_iterations: int = 5,
        instructions: str | None = None,
        final_instructions: str | None = None,
        language_model: LanguageModel | str | JsonObject | None = None,
        temperature: float | None = None,
        reasoning_effort: str | None = None,
        name: str | None = None,
        description: str = "",
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        self._inputs = None if inputs is None else Schema.of(inputs)
        made = [tool if isinstance(tool, Tool) else Tool(tool) for tool in tools]
        self.tools = {tool.name: tool for tool in made}
        if not made or len(self.tools) < len(made):
            raise ConfigurationError(f"tools={tools!r} must be one or more tools of different names")
        self.max_iterations: int = check_count("max_iterations", max_iterations)
        self.tool_calls = ChainOfThought(
            inputs=None,
            outputs=_calls_schema(made),
            instructions=instructions or _CALLS_INSTRUCTIONS,
            language_model=language_model,
            temperature=temperature,
            reasoning_effort=reasoning_effort,
            name="tool_calls",
            return_thinking=True,
        )
        self.final = Generator(
            inputs=None,
            outputs=outputs,
            instructions=final_instructions or _FINAL_INSTRUCTIONS,
            language_model=self.tool_calls.language_model,
            temperature=temperature,
            reasoning_effort=reasoning_effort,
            name="final",
        )

    @property
    def inputs_schema(self) -> Schema | None:
        return self._inputs

    @property
    def outputs_schema(self) -> Schema | None:
        return self.final.outputs_schema

    async def call(self, inputs: JsonObject, rollout: Rollout) -> JsonObject | None:
        """Call tools, then answer.

        Raises:
            SchemaError: the inputs do not fit.
        """
        if self._inputs is not None:
            self._inputs.check(inputs, where=f"{self.name}: inputs")
        steps: list[JsonObject] = []
        for _ in range(self.max_iterations):
            decided = await self.tool_calls.answer({"inputs": inputs, "steps": list(steps)}, rollout)
            if not decided["calls"]:
                break
            steps.append({THINKING: decided[THINKING], "calls": await self._run(decided["calls"])})
        return await self.final({"inputs": inputs, "steps": steps}, rollout)

    async def _run(self, calls: Sequence[JsonObject]) -> list[JsonObject]:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self.tools[call["tool"]].run(call["arguments"])) for call in calls]
        except BaseExceptionGroup as failed:
            # All run at once; one error speaks for those that failed together.
            raise failed.exceptions[0] from failed
        return [{**call, **task.result()} for call, task in zip(calls, tasks, strict=True)]

    def config(self) -> JsonObject:
        asking = self.tool_calls.asking_config()
        return {
            **super().config(),
            "inputs": None if self._inputs is None else self._inputs.to_json(),
            "outputs": self.final.config()["outputs"],
            "tools": [tool.config() for tool in self.tools.values()],
            "max_iterations": self.max_iterations,
            "instructions": asking["instructions"],
            "final_instructions": self.final.asking_config()["instructions"],
            **{name: asking[name] for name in ("language_model", "temperature", "reasoning_effort")},
        }

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        return cls(**{**config, "tools": [tool_from_config(saved) for saved in config["tools"]]})


def _calls_schema(tools: Sequence[Tool]) -> Schema:
    """Return the schema of a list of calls, each of one tool with its own arguments."""
    definitions: JsonObject = {}
    alternatives = []
    for tool in tools:
        arguments = _moved(tool.schema.json_schema, tool.name)
        definitions |= {f"{tool.name}.{name}": part for name, part in arguments.pop("$defs", {}).items()}
        call = {"tool": {"type": "string", "enum": [tool.name]}, "arguments": arguments}
        alternatives.append({"type": "object", "properties": call, "required": list(call)})
    calls = {
        "type": "array",
        "items": {"anyOf": alternatives},
        "description": f"The tools to call now, or none. There are: {'; '.join(map(_described, tools))}",
    }
    schema = {"type": "object", "title": "ToolCalls", "properties": {"calls": calls}, "required": ["calls"]}
    return Schema.of({**schema, "$defs": definitions} if definitions else schema)


def _moved(schema: Any, tool: str) -> Any:
    """Return a schema whose references lead to definitions that are named after the tool."""
    if isinstance(schema, list):
        return [_moved(part, tool) for part in schema]
    if not isinstance(schema, dict):
        return schema
    moved = {key: _moved(part, tool) for key, part in schema.items()}
    if isinstance(moved.get("$ref"), str):
        moved["$ref"] = moved["$ref"].replace("#/$defs/", f"#/$defs/{tool}.", 1)
    return moved


def _described(tool: Tool) -> str:
    arguments = "; ".join(line.removeprefix("- ") for line in tool.schema.describe().splitlines())
    return f"`{tool.name}`: {tool.description} Its arguments: {arguments or 'none'}"
