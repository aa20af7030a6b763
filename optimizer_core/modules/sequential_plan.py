"""SequentialPlanSynthesis: a plan that an optimizer writes, carried out step by step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

from optimizer_core.data.schema import Schema, SchemaSource
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.models.language_model import LanguageModel
from optimizer_core.modules.base import Module, Prediction, Rollout
from optimizer_core.modules.chain_of_thought import ChainOfThought
from optimizer_core.modules.registry import module_from_json, module_to_json, register_module

_RESULT: JsonObject = {
    "type": "object",
    "title": "StepResult",
    "properties": {"result": {"type": "string", "description": "What this step found out or made."}},
    "required": ["result"],
}


@register_module
class SequentialPlanSynthesis(Module):
    """Lets a runner carry out each step of a plan, then answers from all results.

    It holds the variable ``plan``, ``{"steps": [text, …]}``; the runner and the final answer hold their own. The
    runner reads ``{"inputs": …, "step": text, "previous": [{"step": text, "result": …}, …]}``; the final
    ChainOfThought reads ``{"inputs": …, "steps": [{"step": text, "result": …}, …]}``.

    Args:
        inputs: what it reads: a DataModel class or a JSON Schema dict; None takes any object.
        outputs: what it answers.
        steps: the plan, at least one step.
        seed_plans: other plans that an optimizer starts from.
        runner: carries out one step; a ChainOfThought that answers ``{"result": text}`` when left out.
        max_steps: more steps than this no plan may have; each is a call or more.
        instructions: of the final answer; one sentence when left out.
        language_model: of the final answer and the usual runner; the default model when left out.
        temperature: of both; the model's own setting when left out.
        reasoning_effort: of both; the model's own setting when left out.
        name: unique among its siblings.
        description: what it is for; shown to the proposer.
        trainable: False freezes plan, runner and final answer.

    Raises:
        ConfigurationError: a plan is empty or too long, or another value cannot work.
    """

    def __init__(
        self,
        *,
        inputs: SchemaSource | None,
        outputs: SchemaSource,
        steps: Sequence[str],
        seed_plans: Iterable[Sequence[str]] = (),
        runner: Module | None = None,
        max_steps: int = 10,
        instructions: str | None = None,
        language_model: LanguageModel | str | JsonObject | None = None,
        temperature: float | None = None,
        reasoning_effort: str | None = None,
        name: str | None = None,
        description: str = "",
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        if isinstance(max_steps, bool) or not isinstance(max_steps, int) or max_steps < 1:
            raise ConfigurationError(f"max_steps={max_steps!r} must be a whole number of 1 or more")
        if runner is not None and not isinstance(runner, Module):
            raise ConfigurationError(f"runner={runner!r} must be a module; leave it out for the usual one")
        self._inputs = None if inputs is None else Schema.of(inputs)
        self.max_steps = max_steps
        plan, *seeds = (_check_plan(given, max_steps) for given in (steps, *seed_plans))
        self.plan = self.add_variable(
            name="plan",
            schema=plan_schema(max_steps),
            value={"steps": plan},
            description=description or "The plan that is carried out step by step for each input",
            seeds=[{"steps": seed} for seed in seeds],
            uses_examples=False,
        )
        self.final = ChainOfThought(
            inputs=None,
            outputs=outputs,
            instructions=instructions,
            language_model=language_model,
            temperature=temperature,
            reasoning_effort=reasoning_effort,
            name="final",
        )
        self.runner = runner or ChainOfThought(
            inputs=None,
            outputs=_RESULT,
            instructions="Carry out the given step for the given inputs, using the results of the previous steps.",
            language_model=self.final.language_model,
            temperature=temperature,
            reasoning_effort=reasoning_effort,
            name="runner",
        )

    @property
    def inputs_schema(self) -> Schema | None:
        return self._inputs

    @property
    def outputs_schema(self) -> Schema | None:
        return self.final.outputs_schema

    async def call(self, inputs: JsonObject, rollout: Rollout) -> JsonObject | None:
        """Carry out the plan.

        Raises:
            SchemaError: the inputs do not fit.
        """
        if self._inputs is not None:
            self._inputs.check(inputs, where=f"{self.name}: inputs")
        done: list[JsonObject] = []
        for step in rollout.value(self.plan)["steps"]:
            asked = {"inputs": inputs, "step": step, "previous": list(done)}
            done.append({"step": step, "result": _bare(await self.runner(asked, rollout))})
        answer = await self.final({"inputs": inputs, "steps": done}, rollout)
        if answer is not None:
            rollout.trace.append(Prediction(variable=self.plan.name, inputs=inputs, outputs=answer))
        return answer

    def config(self) -> JsonObject:
        asking, outputs = self.final.asking_config(), self.final.outputs_schema
        return {
            **super().config(),
            "inputs": None if self._inputs is None else self._inputs.to_json(),
            "outputs": None if outputs is None else outputs.to_json(),
            "steps": self.plan.value["steps"],
            "seed_plans": [seed["steps"] for seed in self.plan.seeds],
            "runner": module_to_json(self.runner),
            "max_steps": self.max_steps,
            **{key: asking[key] for key in ("instructions", "language_model", "temperature", "reasoning_effort")},
        }

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        return cls(**{**config, "runner": module_from_json(config["runner"])})


def plan_schema(max_steps: int) -> Schema:
    """Return the schema of a plan."""
    step = {"type": "string", "minLength": 1}
    about = "What is done for each input, one step after the other. Each step sees the results before it."
    steps = {"type": "array", "items": step, "minItems": 1, "maxItems": max_steps, "description": about}
    return Schema.of({"type": "object", "title": "Plan", "properties": {"steps": steps}, "required": ["steps"]})


def _check_plan(steps: Sequence[str], max_steps: int) -> list[str]:
    listed = [] if isinstance(steps, str) else list(steps)
    if not 1 <= len(listed) <= max_steps or not all(isinstance(step, str) and step.strip() for step in listed):
        raise ConfigurationError(f"steps={steps!r} must be a list of 1 to {max_steps} texts")
    return listed


def _bare(answer: JsonObject | None) -> Any:
    """Return the text of ``{"result": text}``, or whatever else a runner of one's own answered."""
    return answer["result"] if answer is not None and set(answer) == {"result"} else answer
