"""Generator: one question to a language model, with instructions and examples that can be optimized."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Required, TypedDict

from optimizer_core.data.by_identity import ByIdentity
from optimizer_core.data.schema import Schema, SchemaSource
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.models.language_model import UNSET, LanguageModel, as_language_model
from optimizer_core.models.messages import Messages, Part, Prefix
from optimizer_core.models.settings import check_reasoning_effort, check_temperature
from optimizer_core.modules.base import Module, Prediction, Rollout
from optimizer_core.modules.prompt import inputs_text, render_messages, render_prefix, user_message
from optimizer_core.modules.registry import register_module
from optimizer_core.modules.settings import check_examples, check_instructions


@lru_cache
def instructions_schema() -> Schema:
    """Return the schema of the variable that each Generator holds."""
    about = "What the model is told to do with each input. {{field}} stands for an input field."
    return Schema.of(
        {
            "type": "object",
            "title": "Instructions",
            "properties": {"instructions": {"type": "string", "minLength": 1, "description": about}},
            "required": ["instructions"],
        }
    )


@lru_cache(maxsize=1024)
def _question(text: str) -> Part:
    """Return the last message as many candidates are asked it; by its text, since whoever asks may reuse an object."""
    return Part([user_message(text)])


class AskingSettings(TypedDict, total=False):
    """The keyword arguments of a Generator that say how the model is asked."""

    instructions: str | None
    seed_instructions: Iterable[str]
    examples: Iterable[Any]
    language_model: LanguageModel | str | JsonObject | None
    temperature: float | None
    reasoning_effort: str | None
    evolve_examples: bool


class SharedSettings(AskingSettings, total=False):
    """The keyword arguments of a Generator without its schemas."""

    name: str | None
    description: str
    trainable: bool


class GeneratorSettings(SharedSettings, total=False):
    """All keyword arguments of a Generator."""

    inputs: Required[SchemaSource | None]
    outputs: Required[SchemaSource]


@register_module
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
        language_model: a LanguageModel, a model string or a model's configuration; the default model at the time of
            the call when left out.
        temperature: of the answers; the model's own setting when left out.
        reasoning_effort: "minimal", "low", "medium", "high" …; the model's own setting when left out, and where that
            is None too, nothing is sent (decision D18).
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
        language_model: LanguageModel | str | JsonObject | None = None,
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
        # A candidate's content never changes, and one prompt asks about many inputs.
        self._prefix = ByIdentity(lambda content: Prefix(render_prefix(content, self._asked)), capacity=64)
        # A string becomes a model here and once, so that its calls share one cache and one limit.
        self.language_model = None if language_model is None else as_language_model(language_model)
        self.temperature = check_temperature(temperature)
        self.reasoning_effort = check_reasoning_effort(reasoning_effort)
        default = self.default_instructions() if instructions is None else instructions
        first, *seeds = (check_instructions(text, self._inputs) for text in (default, *seed_instructions))
        self.variable = self.add_variable(
            schema=instructions_schema(),
            value={"instructions": first},
            description=description or f"The instructions for answering {self._field_list()}",
            examples=check_examples(examples, self._inputs, (self._asked, self._outputs)),
            seeds=[{"instructions": seed} for seed in seeds],
            evolve_examples=evolve_examples,
            example_schemas=(self._inputs, self._asked),
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
            Messages.of(self._prefix(rollout.value(self.variable)), _question(inputs_text(inputs))),
            schema=self._asked,
            temperature=UNSET if self.temperature is None else self.temperature,
            reasoning_effort=UNSET if self.reasoning_effort is None else self.reasoning_effort,
            meter=rollout.meter,
            role=rollout.role,
            repeat=rollout.repeat,
        )
        rollout.trace.append(Prediction(variable=self.variable.name, inputs=inputs, outputs=answer.value))
        return answer.value

    def finish(self, answer: JsonObject) -> JsonObject:
        """Return what the module answers, made from what the model wrote."""
        return answer

    def config(self) -> JsonObject:
        return {
            **super().config(),
            "inputs": None if self._inputs is None else self._inputs.to_json(),
            "outputs": self._outputs.to_json(),
            **self.asking_config(),
        }

    def asking_config(self) -> JsonObject:
        """Return the settings that say how the model is asked, as JSON."""
        return {
            "instructions": self.variable.value["instructions"],
            "seed_instructions": [seed["instructions"] for seed in self.variable.seeds],
            "examples": self.variable.content["examples"],
            "language_model": None if self.language_model is None else self.language_model.config(),
            "temperature": self.temperature,
            "reasoning_effort": self.reasoning_effort,
            "evolve_examples": self.variable.evolve_examples,
        }

    def _field_list(self) -> str:
        names = [f"`{name}`" for name in self._outputs.properties]
        if len(names) == 1:
            return f"the field {names[0]}"
        return f"the fields {', '.join(names[:-1])} and {names[-1]}"
