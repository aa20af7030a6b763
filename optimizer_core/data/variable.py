"""A trainable variable: custom fields that may change, apart from everything that is only bookkeeping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject

#: The member of a variable's content that holds its few-shot examples.
EXAMPLES = "examples"


class TrainableVariable:
    """One JSON object of a fixed schema that an optimizer may rewrite.

    Its *content* is the custom fields plus ``"examples"``, a list of ``{"inputs": …, "outputs": …}`` objects (with a
    ``"reward"`` where the example was a prediction). Examples are carried along by mutation and replaced by
    RandomFewShot; with ``evolve_examples`` the operators see and rewrite them too.

    Args:
        name: unique within its module; empty for a module's only variable. Binding the module puts the path before
            it, so that ``name`` becomes unique within the program: ``"generator"``, ``"writer/draft"``.
        schema: of the custom fields; extra keys are not allowed.
        value: the custom fields at the start.
        description: what the variable is for; shown to the proposer.
        examples: few-shot examples at the start.
        seeds: other values of the custom fields to start from.
        trainable: False freezes it.
        uses_examples: False where few-shot examples mean nothing, as for code.
        evolve_examples: True lets the operators see and rewrite the examples.
        example_schemas: what an example's inputs and outputs must fit; None for inputs takes any object, None for both
            means that only what the module itself answered can be an example.

    Raises:
        ConfigurationError: the value or a seed does not fit the schema, or a custom field is called ``examples``.
    """

    def __init__(
        self,
        *,
        name: str,
        schema: Schema,
        value: JsonObject,
        description: str = "",
        examples: Sequence[JsonObject] = (),
        seeds: Sequence[JsonObject] = (),
        trainable: bool = True,
        uses_examples: bool = True,
        evolve_examples: bool = False,
        example_schemas: tuple[Schema | None, Schema] | None = None,
    ) -> None:
        called = f"variable {name!r}" if name else "its variable"  # of the module, which puts its own name before it
        if EXAMPLES in schema.properties:
            raise ConfigurationError(f"{called}: the field name 'examples' is taken; call it otherwise")
        for candidate in (value, *seeds):
            problems = schema.problems(candidate)
            if problems:
                raise ConfigurationError(f"{called}: {'; '.join(problems)}")
        self.local_name = name
        self.name = name
        self.schema = schema
        self.description = description
        self.value = dict(value)
        self.examples = [dict(example) for example in examples]
        self.seeds = [dict(seed) for seed in seeds]
        self.trainable = trainable
        self.uses_examples = uses_examples
        self.evolve_examples = evolve_examples
        self.example_schemas = example_schemas

    @property
    def content(self) -> JsonObject:
        """Custom fields plus examples: what makes one candidate differ from another."""
        return {**self.value, EXAMPLES: [dict(example) for example in self.examples]}

    def takes_as_example(self, inputs: JsonObject, outputs: JsonObject) -> bool:
        """Return True if a row of the data can stand as an example as it is."""
        if not self.uses_examples or self.example_schemas is None:
            return False
        reads, answers = self.example_schemas
        return not answers.problems(outputs) and (reads is None or not reads.problems(inputs))

    def assign(self, content: Mapping[str, object]) -> None:
        """Take over a candidate's content.

        Raises:
            SchemaError: it does not fit the schema.
        """
        value = {key: item for key, item in content.items() if key != EXAMPLES}
        self.schema.check(value, where=self.name)
        self.value = value
        examples = content.get(EXAMPLES, [])
        self.examples = [dict(example) for example in examples] if isinstance(examples, list) else []
