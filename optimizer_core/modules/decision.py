"""Decision: a model picks one of several labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from optimizer_core.data.schema import Schema, SchemaSource
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.chain_of_thought import ChainOfThought
from optimizer_core.modules.generator import SharedSettings
from optimizer_core.modules.registry import register_module

#: The field that holds the picked label.
CHOICE = "choice"


@register_module
class Decision(ChainOfThought):
    """Answers ``{"thinking": text, "choice": label}`` for a question about its input.

    Args:
        question: what is to be decided; the start of the default instructions.
        labels: what may be chosen, at least two.
        inputs: what it reads; any object when left out.
        return_thinking: False leaves the ``thinking`` field out of the answer.
        **settings: those of a Generator.

    Raises:
        TypeError: a keyword is unknown.
        ConfigurationError: a value cannot work.
    """

    def __init__(
        self,
        *,
        question: str,
        labels: Sequence[str],
        inputs: SchemaSource | None = None,
        return_thinking: bool = True,
        **settings: Unpack[SharedSettings],
    ) -> None:
        if not isinstance(question, str) or not question.strip():
            raise ConfigurationError(f"question={question!r} must be a text that says what is to be decided")
        self.question = question.strip()
        self.labels = check_labels(labels)
        super().__init__(
            inputs=inputs, outputs=_choice_schema(self.labels), return_thinking=return_thinking, **settings
        )

    def default_instructions(self) -> str:
        return f"{self.question} Choose the one label that fits the input best."

    def config(self) -> JsonObject:
        config = {**super().config(), "question": self.question, "labels": list(self.labels)}
        del config["outputs"]  # follows from the labels
        return config

    def picked(self, answer: JsonObject) -> str:
        """Return the label of an answer."""
        return str(answer[CHOICE])


def check_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return labels that can be told apart.

    Raises:
        ConfigurationError: fewer than two, not texts, empty, or one of them twice.
    """
    listed = () if isinstance(labels, str) else tuple(labels)
    if len(listed) < 2 or len(set(listed)) < len(listed) or not all(isinstance(one, str) and one for one in listed):
        raise ConfigurationError(f"labels={labels!r} must be two or more different texts")
    return listed


def _choice_schema(labels: Sequence[str]) -> Schema:
    choice = {"type": "string", "enum": list(labels), "description": "The label that fits best."}
    return Schema.of({"type": "object", "title": "Choice", "properties": {CHOICE: choice}, "required": [CHOICE]})
