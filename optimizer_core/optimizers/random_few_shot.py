"""RandomFewShot: the program's own well rewarded answers become its few-shot examples."""

from __future__ import annotations

import random
from typing import ClassVar

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.variable import EXAMPLES
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.operators.few_shot import draw_examples
from optimizer_core.optimizers.base import Optimizable, Optimizer, Plan, Situation, child
from optimizer_core.optimizers.settings import check_at_least, check_choice
from optimizer_core.population.population import Member, Population
from optimizer_core.population.selection import SELECTIONS


class RandomFewShot(Optimizer):
    """Draws examples from the predictions of the epoch; never changes instructions, asks no model to propose.

    A proposal costs the answers to one validation minibatch. Examples are what the model answered, drawn by reward,
    without a threshold. Parents are drawn uniformly.

    Args:
        nb_min_examples: the fewest examples of a proposal.
        nb_max_examples: the most; 0 for both clears the examples and turns few-shot learning off.
        sampling: "softmax", "best" or "random".
        sampling_temperature: of that softmax and of the choice of variable; more than 0.
        population_size: how many candidates survive an epoch.
        reward_uncertainty: see :class:`Optimizer`.
        name: what logs call it.
        description: what it does.

    Raises:
        ConfigurationError: a value cannot work.
    """

    identifier: ClassVar[str] = "random_few_shot"

    def __init__(
        self,
        *,
        nb_min_examples: int = 1,
        nb_max_examples: int = 3,
        sampling: str = "softmax",
        sampling_temperature: float = 0.3,
        population_size: int = 10,
        reward_uncertainty: float = 0.25,
        name: str | None = None,
        description: str | None = None,
    ) -> None:
        super().__init__(
            population_size=population_size,
            sampling_temperature=sampling_temperature,
            reward_uncertainty=reward_uncertainty,
            name=name,
            description=description,
        )
        self.nb_min_examples = check_at_least("nb_min_examples", nb_min_examples, 0)
        self.nb_max_examples = check_at_least("nb_max_examples", nb_max_examples, 0)
        if nb_min_examples > nb_max_examples:
            raise ConfigurationError(
                f"nb_min_examples={nb_min_examples} must not be more than nb_max_examples={nb_max_examples}"
            )
        self.sampling = check_choice("sampling", sampling, SELECTIONS)

    def check(self, program: Optimizable) -> None:
        super().check(program)
        if not any(variable.uses_examples for variable in program.trainable_variables):
            raise ConfigurationError(
                "RandomFewShot only changes examples, but no trainable variable uses examples; use OMEGA"
            )

    def select_parent(self, population: Population, rng: random.Random) -> Member:
        return rng.choice(population.parents())

    def plan(self, situation: Situation) -> Plan:
        eligible = [variable for variable in situation.program.trainable_variables if variable.uses_examples]
        variable = self.choose_variable(situation, eligible)
        return Plan(operator="few_shot", variable=variable, parents=(situation.parent,))

    async def propose(self, plan: Plan, situation: Situation) -> Candidate:
        pool = situation.pool.of(plan.variable.name)
        examples = draw_examples(
            pool,
            nb_min_examples=self.nb_min_examples,
            nb_max_examples=self.nb_max_examples,
            sampling=self.sampling,
            temperature=self.sampling_temperature,
            rng=situation.rng,
        )
        parent = situation.parent.candidate.content[plan.variable.name]
        taken = (each.sample for each in pool if {"inputs": each.inputs, "outputs": each.outputs} in examples)
        evidence = tuple(sample for sample in taken if sample)
        return child(plan, situation, {**parent, EXAMPLES: examples}, evidence=evidence)

    def config(self) -> JsonObject:
        return {
            **super().config(),
            "nb_min_examples": self.nb_min_examples,
            "nb_max_examples": self.nb_max_examples,
            "sampling": self.sampling,
        }
