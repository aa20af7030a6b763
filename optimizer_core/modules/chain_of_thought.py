"""ChainOfThought: a Generator that thinks before it answers."""

from __future__ import annotations

from typing import Unpack

from optimizer_core.data.schema import Schema
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.generator import Generator, GeneratorSettings
from optimizer_core.modules.registry import register_module

#: The field in which the model thinks.
THINKING = "thinking"

_THINKING_SCHEMA: JsonObject = {"type": "string", "description": "Your thinking, step by step, before you answer."}


@register_module
class ChainOfThought(Generator):
    """A Generator whose model first writes a ``thinking`` text, then the fields.

    The rollout's trace keeps the thinking, so that few-shot examples show it; the answer leaves it out unless
    ``return_thinking``.

    Args:
        return_thinking: True keeps the ``thinking`` field in the answer.
        **settings: those of :class:`~optimizer_core.modules.generator.Generator`.

    Raises:
        TypeError: a keyword is unknown.
        ConfigurationError: a value cannot work, or the outputs have a field ``thinking`` already.
    """

    def __init__(self, *, return_thinking: bool = False, **settings: Unpack[GeneratorSettings]) -> None:
        self.return_thinking = return_thinking
        super().__init__(**settings)

    @property
    def outputs_schema(self) -> Schema | None:
        return self._asked if self.return_thinking else self._outputs

    def config(self) -> JsonObject:
        return {**super().config(), "return_thinking": self.return_thinking}

    def asked_schema(self) -> Schema:
        return self._outputs.with_field_first(THINKING, _THINKING_SCHEMA)

    def finish(self, answer: JsonObject) -> JsonObject:
        if self.return_thinking:
            return answer
        return {name: value for name, value in answer.items() if name != THINKING}
