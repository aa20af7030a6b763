"""The call that mutation and crossover share: think first, then answer a value that fits the variable's schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from optimizer_core.budget import Meter, Role
from optimizer_core.data.schema import Schema
from optimizer_core.data.variable import EXAMPLES, TrainableVariable
from optimizer_core.errors import NoProposal
from optimizer_core.json_values import JsonObject, canonical_json
from optimizer_core.operators.prompts import evolves_examples, shown_value

if TYPE_CHECKING:
    from optimizer_core.models.language_model import LanguageModel

_PLACEHOLDER = re.compile(r"\{\{\s*[^{}]+?\s*\}\}")
_EXAMPLES_SCHEMA: JsonObject = {
    "type": "array",
    "description": "Few-shot examples that are shown to the model, best kept short and varied.",
    "items": {
        "type": "object",
        "properties": {"inputs": {"type": "object"}, "outputs": {"type": "object"}},
        "required": ["inputs", "outputs"],
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A new content of one variable and the thoughts behind it."""

    content: JsonObject  # custom fields plus "examples"
    reasoning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Which model rewrites, and how it is asked."""

    model: LanguageModel
    temperature: float
    reasoning_effort: str | None  # None sends nothing (decision D18)
    meter: Meter


async def rewrite(
    asking: Asking,
    messages: Iterable[JsonObject],
    variable: TrainableVariable,
    parents: tuple[Mapping[str, Any], ...],
) -> Rewrite:
    """Ask for a new value of the variable; examples stay those of the first parent unless they are evolved.

    Raises:
        ModelError: no answer that fits, even after one repair.
        NoProposal: the answer lost a placeholder, or is one of the parents again.
        BudgetExhausted: the call would go over the budget.
        RunStopped: the run was asked to stop.
    """
    thinking = thinking_field(variable)
    answer = await asking.model.generate(
        tuple(messages),
        schema=answer_schema(variable),
        temperature=asking.temperature,
        reasoning_effort=asking.reasoning_effort,
        meter=asking.meter,
        role=Role.PROPOSER,
    )
    value = dict(answer.value)
    reasoning = str(value.pop(thinking, "")) or answer.reasoning
    _check_placeholders(value, parents[0])
    if any(value == shown_value(variable, parent) for parent in parents):
        raise NoProposal("the model answered with the value of a parent")
    return Rewrite(content={EXAMPLES: parents[0].get(EXAMPLES, []), **value}, reasoning=reasoning)


def thinking_field(variable: TrainableVariable) -> str:
    """Return the name of the field for thoughts, one that the variable does not use."""
    name = "thinking"
    while name in variable.schema.shared["properties"]:
        name += "_first"
    return name


def answer_schema(variable: TrainableVariable) -> Schema:
    """Return the schema of the answer: thoughts, then the custom fields, then examples where they are evolved."""
    return _answer_schema(variable.schema, thinking_field(variable), evolves_examples(variable))


@lru_cache(maxsize=256)
def _answer_schema(fields: Schema, thinking: str, with_examples: bool) -> Schema:
    schema = fields.json_schema
    if with_examples:
        schema["properties"] = {**schema["properties"], EXAMPLES: _EXAMPLES_SCHEMA}
        schema["required"] = [*schema.get("required", []), EXAMPLES]
    thoughts = {"type": "string", "description": "What the scored answers show, and the one change that follows."}
    return Schema.of(schema).with_field_first(thinking, thoughts)


def _check_placeholders(value: JsonObject, parent: Mapping[str, Any]) -> None:
    fields = {key: item for key, item in parent.items() if key != EXAMPLES}
    given = _placeholders(fields)
    lost = given and given - _placeholders(value)
    if lost:
        raise NoProposal(f"the model lost the placeholder {', '.join(sorted(lost))}")


def _placeholders(value: Mapping[str, Any]) -> set[str]:
    return {re.sub(r"\s", "", found) for found in _PLACEHOLDER.findall(canonical_json(value))}
