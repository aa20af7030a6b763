"""Turns the rows of a run into objects of optimizer_core: program, models, reward, optimizer, budget, data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from omegaweb.engine.fields import inputs_schema, outputs_schema
from omegaweb.engine.model_building import Models, build_models, make_reachable
from omegaweb.engine.run_data import RunData, UnfitData, load_data
from omegaweb.runs.configuration import BudgetChoice, OptimizerChoice, RewardChoice, RunConfiguration
from omegaweb.runs.models import Run
from optimizer_core.budget import Budget
from optimizer_core.errors import ConfigurationError, SchemaError

if TYPE_CHECKING:
    from optimizer_core.modules.generator import Generator
    from optimizer_core.optimizers.base import Optimizer
    from optimizer_core.program import Program
    from optimizer_core.rewards.base import Reward

__all__ = [
    "Assembly",
    "RunData",
    "UnfitData",
    "Unusable",
    "VariableView",
    "assemble",
    "build_budget",
    "build_models",
    "build_module",
    "build_optimizer",
    "build_program",
    "build_reward",
    "check",
    "describe_variables",
    "load_data",
]

#: Raised where a definition or a configuration cannot work; its message says why and the way out.
Unusable = ConfigurationError

#: The name of a program's one module, and so of its variable.
VARIABLE = "generator"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableView:
    """A trainable variable as people see it before anything ran."""

    name: str
    description: str
    fields: dict[str, Any]  # name → {"kind", "description", "value"}
    seeds: list[dict[str, Any]]
    examples: int


def build_module(definition: Mapping[str, Any], **settings: Any) -> Generator:
    """Build the one module of a program.

    Args:
        definition: as :meth:`omegaweb.programs.models.Program.definition` gives it.
        **settings: of the Generator: language_model, temperature.

    Raises:
        Unusable: the definition cannot work.
    """
    from optimizer_core.modules.chain_of_thought import ChainOfThought
    from optimizer_core.modules.generator import Generator

    kind = ChainOfThought if definition["style"] == "step_by_step" else Generator
    return kind(
        name=VARIABLE,
        inputs=inputs_schema(definition),
        outputs=outputs_schema(definition),
        instructions=definition["instruction"],
        seed_instructions=definition["seed_instructions"],
        description=definition["description"],
        **settings,
    )


def describe_variables(definition: Mapping[str, Any]) -> list[VariableView]:
    """Return the trainable variables that a definition makes.

    Raises:
        Unusable: the definition cannot work.
    """
    return [
        VariableView(
            name=variable.name,
            description=variable.description,
            fields={
                name: {
                    "kind": schema.get("type", "any"),
                    "description": schema.get("description", ""),
                    "value": variable.value[name],
                }
                for name, schema in variable.schema.properties.items()
            },
            seeds=variable.seeds,
            examples=len(variable.examples),
        )
        for variable in build_module(definition).bind()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """Everything one run needs, ready to be fitted."""

    program: Program
    data: RunData
    configuration: RunConfiguration

    async def fit(self, **seams: Any) -> Any:
        """Fit the program; `seams` are callbacks, review, stop, checkpoints and resume_from."""
        training = self.configuration.training
        return await self.program.fit(
            x=self.data.train.x,
            y=self.data.train.y,
            validation_data=(self.data.validation.x, self.data.validation.y),
            test_data=(
                (self.data.test.x, self.data.test.y) if self.configuration.test_at_end and self.data.test else None
            ),
            notes=self.data.train.notes or None,
            epochs=training.epochs,
            batch_size=training.batch_size,
            minibatch_size=training.minibatch_size,
            shuffle=training.shuffle,
            concurrency=training.concurrency,
            seed=training.seed,
            budget=build_budget(self.configuration.budget),
            on_warning=self.configuration.on_warning,
            on_budget_spent="pause" if self.configuration.pause_when_spent else "finish",
            provider_patience=60.0 * settings.PROVIDER_PATIENCE,
            on_provider_trouble="pause",
            **seams,
        )


def assemble(run: Run) -> Assembly:
    """Turn the rows of a run into its program and its data.

    Raises:
        Unusable: the configuration, the program or a row cannot work.
    """
    configuration = run.choices
    models = configuration.models
    make_reachable(models.task, models.proposer, models.judge, models.embedding)
    return Assembly(
        program=build_program(configuration),
        data=load_data(run.dataset_version, configuration.program),
        configuration=configuration,
    )


def build_program(configuration: RunConfiguration) -> Program:
    """Build and compile a run's program.

    Raises:
        Unusable: something in the configuration cannot work.
    """
    from optimizer_core.program import Program

    models = build_models(configuration.models)
    definition = configuration.program
    program = Program(
        build_module(definition, language_model=models.task),
        name=definition["name"],
        description=definition["description"],
    )
    program.compile(
        optimizer=build_optimizer(configuration.optimizer, models), reward=build_reward(configuration.reward, models)
    )
    if configuration.start:
        _begin_with(program, configuration.start)
    return program


def _begin_with(program: Program, start: Mapping[str, Any]) -> None:
    """Let a run begin with a candidate of an earlier one."""
    try:
        program.assign(start["content"])
    except SchemaError as error:
        raise ConfigurationError(
            f"candidate #{start['number']} of run {start['run']} does not fit the program as it is now: {error}"
        ) from error


def build_reward(choice: RewardChoice, models: Models) -> Reward:
    """Build the reward a person chose.

    Raises:
        Unusable: it cannot work.
    """
    from optimizer_core import rewards

    mask = list(choice.fields) or None
    match choice.kind:
        case "exact_match":
            return rewards.ExactMatch(in_mask=mask, normalize=choice.ignore_case)
        case "similarity":
            return rewards.CosineSimilarity(embedding_model=models.embedding, in_mask=mask)
        case "judge":
            return rewards.LMAsJudge(
                language_model=models.judge,
                instructions=choice.instructions or None,
                preferences=choice.preferences,
                in_mask=mask,
            )
    raise ConfigurationError(f"there is no reward {choice.kind!r}")


def build_optimizer(choice: OptimizerChoice, models: Models) -> Optimizer:
    """Build the optimizer a person chose.

    Raises:
        Unusable: a parameter cannot work.
    """
    from optimizer_core.optimizers.omega import OMEGA
    from optimizer_core.optimizers.random_few_shot import RandomFewShot

    match choice.kind:
        case "random_few_shot":
            return RandomFewShot(**choice.parameters)
        case "omega":
            return OMEGA(language_model=models.proposer, embedding_model=models.embedding, **choice.parameters)
    raise ConfigurationError(f"there is no optimizer {choice.kind!r}")


def build_budget(choice: BudgetChoice) -> Budget | None:
    """Return the limits a person set; None where there is none.

    Raises:
        Unusable: a limit is 0 or less.
    """
    if choice == BudgetChoice():
        return None
    seconds = None if choice.minutes is None else choice.minutes * 60
    return Budget(calls=choice.calls, tokens=choice.tokens, cost=choice.cost, seconds=seconds)


def check(configuration: RunConfiguration) -> None:
    """Build everything but the data, without asking any model.

    Raises:
        Unusable: something cannot work; the message says what and the way out.
    """
    program = build_program(configuration)
    if program.optimizer is not None:
        program.optimizer.check(program)
    if program.reward is not None:
        program.reward.check(targets=True, outputs=program.root_module.outputs_schema)
    build_budget(configuration.budget)
