"""A module: one piece of a program, which reads a JSON object and answers with one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from optimizer_core.budget import Meter, Role
from optimizer_core.data.schema import Schema, SchemaSource
from optimizer_core.data.variable import TrainableVariable
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.models.settings import check_switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One call of a module that holds a variable: what it read and what it answered."""

    variable: str
    inputs: JsonObject
    outputs: JsonObject


@dataclass(slots=True, kw_only=True)
class Rollout:
    """One program run on one sample with one candidate; several may be under way at once.

    ``content`` is the candidate's; a variable that is missing there holds its own current content. Modules append
    to ``trace`` whatever their variables predicted, so that rewards are joined by rollout and never by position.
    """

    content: Mapping[str, JsonObject] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter)
    sample: str = ""
    repeat: int = 0  # number of the repeated measurement; 0 is the first
    role: Role = Role.TASK  # what its model calls are booked as
    trace: list[Prediction] = field(default_factory=list)

    def value(self, variable: TrainableVariable) -> JsonObject:
        """Return the content that counts for this rollout: custom fields plus ``"examples"``."""
        return self.content.get(variable.name) or variable.content


class Module(ABC):
    """Base of every piece of a program.

    A module registers its variables with :meth:`add_variable` and its parts by plain attribute assignment. Parts'
    variables are found by path: ``self.draft = Generator(…)`` in a module called ``writer`` gives the variable
    ``writer/draft``.

    Args:
        name: unique among its siblings; the class name in snake case when left out.
        description: what it is for; shown to the proposer.
        trainable: False freezes all variables below it.
    """

    def __init__(self, *, name: str | None = None, description: str = "", trainable: bool = True) -> None:
        self.name = name or snake_case(type(self).__name__)
        if not isinstance(self.name, str) or not self.name or "/" in self.name:
            raise ConfigurationError(f"module name {self.name!r} must be a text, not empty and without a slash")
        self.description = description
        self.trainable = check_switch("trainable", trainable)
        self._variables: list[TrainableVariable] = []

    async def __call__(self, inputs: JsonObject, rollout: Rollout | None = None) -> JsonObject | None:
        """Answer one input; None where the module has nothing to say (a branch not taken).

        Raises:
            ModelError: a model gave no usable answer.
            BudgetExhausted: the next call would go over the budget.
            RunStopped: the run was asked to stop.
        """
        return await self.call(inputs, rollout or Rollout())

    @abstractmethod
    async def call(self, inputs: JsonObject, rollout: Rollout) -> JsonObject | None:
        """Do the work; written by each kind of module."""

    @property
    def inputs_schema(self) -> Schema | None:
        """What it reads; None where it takes any object."""
        return None

    @property
    def outputs_schema(self) -> Schema | None:
        """What it answers; None where that is not fixed."""
        return None

    def config(self) -> JsonObject:
        """Return the keyword arguments that make it again, as JSON, without models' keys.

        Variables' contents are saved apart. A module of one's own with further arguments adds them here.
        """
        return {"name": self.name, "description": self.description, "trainable": self.trainable}

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        """Make it from what :meth:`config` returned.

        Raises:
            TypeError: a keyword is unknown.
            ConfigurationError: a value cannot work.
        """
        return cls(**config)

    def add_variable(
        self,
        *,
        schema: SchemaSource,
        value: JsonObject,
        name: str = "",
        description: str = "",
        examples: Sequence[JsonObject] = (),
        seeds: Sequence[JsonObject] = (),
        trainable: bool = True,
        uses_examples: bool = True,
        evolve_examples: bool = False,
        example_schemas: tuple[Schema | None, Schema] | None = None,
    ) -> TrainableVariable:
        """Register a variable. Its ``name`` may stay empty where the module has only this one.

        Args:
            schema: of the custom fields: a DataModel class or a JSON Schema dict.
            value: the custom fields at the start.
            name: unique within the module, without the path.
            description: what it is for; the module's own description when left out.
            examples: few-shot examples at the start.
            seeds: other values to start from.
            trainable: False freezes it.
            uses_examples: False where few-shot examples mean nothing.
            evolve_examples: True lets mutation see and rewrite the examples.
            example_schemas: what an example's inputs and outputs must fit, where rows of the data can be examples.

        Raises:
            ConfigurationError: it is no schema, or the value or a seed does not fit it.
        """
        try:
            variable = TrainableVariable(
                name=name,
                schema=Schema.of(schema),
                value=value,
                description=description or self.description,
                examples=examples,
                seeds=seeds,
                trainable=check_switch("trainable", trainable),
                uses_examples=uses_examples,
                evolve_examples=evolve_examples,
                example_schemas=example_schemas,
            )
        except ConfigurationError as error:
            raise ConfigurationError(f"module {self.name!r}: {error}") from error
        self._variables.append(variable)
        return variable

    def parts(self) -> Iterator[Module]:
        """Yield the modules it is made of, in the order they were assigned."""
        for attribute in vars(self).values():
            if isinstance(attribute, (list, tuple, dict)):
                members = tuple(attribute.values()) if isinstance(attribute, dict) else attribute
                yield from (member for member in members if isinstance(member, Module))
            elif isinstance(attribute, Module):
                yield attribute

    def bind(self, path: str = "", *, frozen: bool = False) -> Iterator[TrainableVariable]:
        """Name all variables by path and yield those that may change. Binding again gives the same names.

        Raises:
            ConfigurationError: two siblings share a name, or one module stands in two places.
        """
        yield from self._bind(path, frozen=frozen, places={})

    def _bind(self, path: str, *, frozen: bool, places: dict[int, str]) -> Iterator[TrainableVariable]:
        here = f"{path}/{self.name}" if path else self.name
        if id(self) in places:
            raise ConfigurationError(
                f"one module stands in two places, {places[id(self)]!r} and {here!r}; make one for each"
            )
        places[id(self)] = here
        frozen = frozen or not self.trainable
        parts = list(self.parts())
        names = [part.name for part in parts]
        for variable in self._variables:
            variable.name = f"{here}/{variable.local_name}" if variable.local_name else here
            names.append(variable.local_name)
            if variable.trainable and not frozen:
                yield variable
        for name in names:
            if names.count(name) > 1:
                raise ConfigurationError(f"two parts of {here!r} are called {name!r}; give one another name")
        for part in parts:
            yield from part._bind(here, frozen=frozen, places=places)


def snake_case(name: str) -> str:
    """Return ``ChainOfThought`` as ``chain_of_thought``."""
    return "".join(("_" + c.lower() if c.isupper() and i else c.lower()) for i, c in enumerate(name))
