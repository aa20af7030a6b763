"""SelfCritique: a model judges the very object it is given."""

from __future__ import annotations

from typing import Unpack

from optimizer_core.data.schema import Schema, SchemaSource
from optimizer_core.errors import ConfigurationError, SchemaError
from optimizer_core.json_values import JsonObject
from optimizer_core.modules.base import Rollout
from optimizer_core.modules.generator import Generator, SharedSettings
from optimizer_core.modules.registry import register_module
from optimizer_core.modules.score import check_score_steps, score_schema

#: The fields it adds.
CRITIQUE, REWARD = "critique", "reward"


@register_module
class SelfCritique(Generator):
    """Answers its input with a ``critique`` text and a ``reward`` in [0, 1] added.

    Args:
        inputs: what it reads; any object when left out.
        return_reward: False asks for the critique only.
        return_inputs: False answers without the fields it read.
        score_steps: how many rewards there are from 0 to 1.
        **settings: those of a Generator.

    Raises:
        TypeError: a keyword is unknown.
        ConfigurationError: a value cannot work, or the inputs have a field ``critique`` or ``reward`` already.
    """

    def __init__(
        self,
        *,
        inputs: SchemaSource | None = None,
        return_reward: bool = True,
        return_inputs: bool = True,
        score_steps: int = 21,
        **settings: Unpack[SharedSettings],
    ) -> None:
        self.return_reward = return_reward
        self.return_inputs = return_inputs
        self.score_steps = check_score_steps(score_steps)
        super().__init__(inputs=inputs, outputs=_critique_schema(return_reward, score_steps), **settings)
        if return_inputs and self._inputs is not None:
            self._check_names(self._inputs.properties)

    @property
    def outputs_schema(self) -> Schema | None:
        """The critique's fields, or all fields where it returns inputs that are known."""
        if not self.return_inputs:
            return self._outputs
        if self._inputs is None:
            return None
        given, added = self._inputs.json_schema, self._outputs
        return Schema.of(
            {
                **given,
                "properties": {**given["properties"], **added.properties},
                "required": [*self._inputs.required, *added.required],
            }
        )

    def default_instructions(self) -> str:
        return (
            "Judge the given object critically: say what is right, what is wrong and what is missing"
            f"{', then give the reward it deserves' if self.return_reward else ''}."
        )

    async def call(self, inputs: JsonObject, rollout: Rollout) -> JsonObject | None:
        """Ask for the critique.

        Raises:
            SchemaError: the inputs do not fit, or hold a field it adds.
        """
        if not self.return_inputs:
            return await self.answer(inputs, rollout)
        if clash := self._outputs.properties.keys() & inputs.keys():
            raise SchemaError(f"{self.name}: the input has a field {min(clash)!r} already; set return_inputs=False")
        return {**inputs, **await self.answer(inputs, rollout)}

    def config(self) -> JsonObject:
        config = {
            **super().config(),
            "return_reward": self.return_reward,
            "return_inputs": self.return_inputs,
            "score_steps": self.score_steps,
        }
        del config["outputs"]  # follows from the rest
        return config

    def _check_names(self, fields: JsonObject) -> None:
        if clash := self._outputs.properties.keys() & fields.keys():
            raise ConfigurationError(
                f"{self.name}: the inputs have a field {min(clash)!r} already; set return_inputs=False"
            )


def _critique_schema(reward: bool, steps: int) -> Schema:
    properties: JsonObject = {CRITIQUE: {"type": "string", "description": "What is right, wrong and missing."}}
    if reward:
        properties[REWARD] = score_schema(steps, "How good it is: 0 is useless, 1 is perfect.")
    return Schema.of({"type": "object", "title": "Critique", "properties": properties, "required": list(properties)})
