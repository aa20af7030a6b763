"""Generator: one question to a language model, with instructions and examples that can be optimized."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Required, TypedDict

from optimizer_core.data.schema import Schema, SchemaSource
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.models.language_model import LanguageModel, as_language_model
from optimizer_core.modules.base import Module, Prediction, Rollout
from optimizer_core.modules.prompt import render_messages
from optimizer_core.modules.settings import (
    check_examples,
    check_instructions,
    check_reasoning_effort,
    check_temperature,
)

#: Of the variable that each Generator holds.
INSTRUCTIONS_SCHEMA = Schema.of(
    {
        "type": "object",
        "title": "Instructions",
        "properties": {
            "instructions": {
                "type": "string",
                "minLength": 1,
                "description": "What the model is told to do with each input. {{field}} stands for an input field.",
            }
        },
        "required": ["instructions"],
    }
)


class SharedSettings(TypedDict, total=False):
    """The keyword arguments of a Generator that its kinds pass on."""

    instructions: str | None
    seed_instructions: Iterable[str]
    examples: Iterable[Any]
    language_model: LanguageModel | str | None
    temperature: float | None
    reasoning_effort: str | None
    evolve_examples: bool
    name: str | None
    description: str
    trainable: bool


class GeneratorSettings(SharedSettings, total=False):
    """All keyword arguments of a Generator."""

    inputs: Required[SchemaSource | None]
    outputs: Required[SchemaSource]


class Generator(Module):
    """Answers an object of the outputs schema, by one call to a language model.

    It holds one variable, ``{"instructions": text}``, with few-shot examples. The prompt is described in
    :mod:`optimizer_core.modules.prompt`.

    Args:
        inputs: what it reads: a DataModel class or a JSON Schema dict; None takes any object.
        outputs: what it answers.
        instructions: what to do; ``{{field}}`` names an input field. One sentence naming the output fields when left
            out.
        seed_instructions: other instructions that an optimizer starts from.
        examples: ``{"inputs": …, "outputs": …}`` objects or pairs.
        language_model: a LanguageModel or a model string; the default model at the time of the call when left out.
        temperature: of the answers; the model's own when left out.
        reasoning_effort: "minimal", "low", "medium", "high" …; None sends nothing (decision D18).
        evolve_examples: True lets mutation see and rewrite the examples.
        name: unique among its siblings.
        description: what it is for; shown to the proposer.
        trainable: False freezes the instructions and examples.

    Raises:
        ConfigurationError: a value cannot work.
    """

    def __init__(
        self,
        *,
        inputs: SchemaSource | None,
        outputs: SchemaSource,
        instructions: str | None = None,
        seed_instructions: Iterable[str] = (),
        examples: Iterable[Any] = (),
        language_model: LanguageModel | str | None = None,
        temperature: float | None = None,
        reasoning_effort: str | None = None,
        evolve_examples: bool = False,
        name: str | None = None,
        description: str = "",
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        self._inputs = None if inputs is None else Schema.of(inputs)
        self._outputs = Schema.of(outputs)
        if not self._outputs.properties:
            raise ConfigurationError(f"{self.name}: outputs has no fields; name at least one field to answer")
        self._asked = self.asked_schema()
        self._asked_json = self._asked.json_schema
        self.language_model = language_model
        self.temperature = check_temperature(temperature)
        self.reasoning_effort = check_reasoning_effort(reasoning_effort)
        first, *seeds = (
            check_instructions(text, self._inputs)
            for text in (self.default_instructions() if instructions is None else instructions, *seed_instructions)
        )
        self.variable = self.add_variable(
            schema=INSTRUCTIONS_SCHEMA,
            value={"instructions": first},
            description=description or f"The instructions for answering {self._field_list()}",
            examples=check_examples(examples, self._inputs, (self._asked, self._outputs)),
            seeds=[{"instructions": seed} for seed in seeds],
            evolve_examples=evolve_examples,
        )

    @property
    def inputs_schema(self) -> Schema | None:
        return self._inputs

    @property
    def outputs_schema(self) -> Schema | None:
        return self._outputs

    def asked_schema(self) -> Schema:
        """Return what the model is asked to write; kinds that think first ask for more than they answer."""
        return self._outputs

    def default_instructions(self) -> str:
        """Return the instruction that stands where none was given."""
        return f"Read the input and answer with {self._field_list()}."

    def messages(self, inputs: JsonObject, content: JsonObject | None = None) -> tuple[JsonObject, ...]:
        """Return the exact prompt for an input, with the variable's current content unless another is given."""
        return render_messages(self.variable.content if content is None else content, inputs, self._asked)

    async def call(self, inputs: JsonObject, rollout: Rollout) -> JsonObject | None:
        """Ask the model and note the prediction.

        Raises:
            SchemaError: the inputs do not fit.
        """
        return self.finish(await self.answer(inputs, rollout))

    async def answer(self, inputs: JsonObject, rollout: Rollout) -> JsonObject:
        """Return the model's answer as it gave it, noted in the rollout's trace."""
        if self._inputs is not None:
            self._inputs.check(inputs, where=f"{self.name}: inputs")
        answer = await as_language_model(self.language_model).generate(
            self.messages(inputs, rollout.value(self.variable)),
            schema=self._asked_json,
            temperature=self.temperature,
            reasoning_effort=self.reasoning_effort,
            meter=rollout.meter,
            role=rollout.role,
            repeat=rollout.repeat,
        )
        rollout.trace.append(Prediction(variable=self.variable.name, inputs=inputs, outputs=answer.value))
        return answer.value

    def finish(self, answer: JsonObject) -> JsonObject:
        """Return what the module answers, made from what the model wrote."""
        return answer

    def _field_list(self) -> str:
        names = [f"`{name}`" for name in self._outputs.properties]
        if len(names) == 1:
            return f"the field {names[0]}"
        return f"the fields {', '.join(names[:-1])} and {names[-1]}"
