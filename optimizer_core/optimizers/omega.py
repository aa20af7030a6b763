"""OMEGA: a language model rewrites variables; candidates compete by dominated novelty."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from optimizer_core.budget import Meter
from optimizer_core.data.candidate import Candidate
from optimizer_core.data.variable import EXAMPLES, TrainableVariable
from optimizer_core.errors import ConfigurationError, NoProposal
from optimizer_core.json_values import JsonObject
from optimizer_core.models.defaults import get_default_language_model
from optimizer_core.models.embedding_model import EmbeddingModel, as_embedding_model
from optimizer_core.models.language_model import LanguageModel, as_language_model
from optimizer_core.models.settings import check_number, check_reasoning_effort
from optimizer_core.operators.crossover import SCHEDULES, cross, crossover_probability
from optimizer_core.operators.evidence import RIGHT, Evidence, split_predictions
from optimizer_core.operators.few_shot import grow_examples, united
from optimizer_core.operators.mutation import mutate
from optimizer_core.operators.prompts import Brief, shown_value
from optimizer_core.operators.rewriting import Asking
from optimizer_core.optimizers.base import Optimizable, Plan, RacingOptimizer, Situation, child
from optimizer_core.optimizers.competition import ALGORITHMS, Competition
from optimizer_core.optimizers.distance_functions import as_distance_function, distance_function_name
from optimizer_core.optimizers.drafting import Draft, draw_merge, draw_operator, draw_parent, grows_examples
from optimizer_core.optimizers.settings import check_at_least, check_choice, check_text
from optimizer_core.population.distance import DistanceFunction, Vector
from optimizer_core.population.dominated_novelty import Standing
from optimizer_core.population.population import Member, Population
from optimizer_core.population.selection import SELECTIONS, select

SEARCHES = ("racing", "plain")


class OMEGA(RacingOptimizer):
    """Evolves whole variables by mutation and crossover, and keeps a population that is good and varied.

    A proposal costs one call of the language model and the answers to one validation minibatch.

    Args:
        language_model: rewrites variables: a model or a model string; the default model at the time of the run when
            left out.
        embedding_model: places candidates for the competition; the default one when left out. Not needed with "ga" or
            with a distance function that does without.
        k_nearest_fitter: "dns": a candidate is dominated by anyone fitter within exactly ``1 / k_nearest_fitter``;
            "dns-rank": how many fitter neighbours count.
        distance_function: ``async function(c1, c2, embedding_model=None, **kwargs) -> float`` over clean contents:
            custom fields and examples, for a program with several variables by their names.
        population_size: how many candidates survive an epoch.
        mutation_temperature: of the language model when it mutates; 0 is allowed.
        crossover_temperature: of the language model when it crosses; 0 is allowed.
        selection_temperature: of the choice of parents by softmax, in the plain search; more than 0.
        sampling_temperature: of the choice of the variable; more than 0.
        reasoning_effort: of the language model; None sends nothing (decision D18).
        merging_rate: crossover is as likely as ``merging_rate · epoch``, at most 1 (decision D3).
        merging_schedule: "epoch", or "constant" for ``merging_rate`` in every epoch.
        algorithm: "dns" (radius), "dns-rank" (the paper's), or "ga" (the fittest survive).
        selection: "softmax", "best" or "random".
        instructions: put before the optimizer's own prompt.
        reward_uncertainty: see :class:`Optimizer`.
        search: "racing" keeps several proposals under way, drops a child as soon as it cannot win, adds examples where
            the variable has them, and merges members that complement each other; "plain" is the loop of the seed era:
            a batch, one child, one minibatch. See docs/library/omega.md.
        example_limit: how many examples the racing search may give a variable; 0 leaves examples as they are.
        proposals_in_flight: of the racing search; as many as keep the answers coming, within the budget, when left out.
        nb_best_predictions: well scored answers that a proposal is shown.
        nb_worst_predictions: badly scored ones.
        nb_hard_examples: inputs of earlier batches that keep failing, in the plain search; the racing search looks for
            failures itself.
        hard_example_min_observations: how often such an input must have been seen.
        name: what logs call it.
        description: what it does.

    Raises:
        ConfigurationError: a value cannot work.
    """

    identifier: ClassVar[str] = "omega"

    def __init__(
        self,
        *,
        language_model: LanguageModel | str | JsonObject | None = None,
        embedding_model: EmbeddingModel | str | JsonObject | None = None,
        k_nearest_fitter: int = 5,
        distance_function: DistanceFunction | str | None = None,
        population_size: int = 10,
        mutation_temperature: float = 0.3,
        crossover_temperature: float = 0.3,
        selection_temperature: float = 0.3,
        sampling_temperature: float = 0.3,
        reasoning_effort: str | None = None,
        merging_rate: float = 0.02,
        merging_schedule: str = "epoch",
        algorithm: str = "dns",
        selection: str = "softmax",
        instructions: str | None = None,
        reward_uncertainty: float = 0.25,
        search: str = "racing",
        example_limit: int = 16,
        proposals_in_flight: int | None = None,
        nb_best_predictions: int = 5,
        nb_worst_predictions: int = 4,
        nb_hard_examples: int = 1,
        hard_example_min_observations: int = 2,
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
        self.language_model = None if language_model is None else as_language_model(language_model)
        self.embedding_model = None if embedding_model is None else as_embedding_model(embedding_model)
        self.k_nearest_fitter = check_at_least("k_nearest_fitter", k_nearest_fitter, 1)
        self.distance_function = as_distance_function(distance_function)
        self.mutation_temperature = check_number("mutation_temperature", mutation_temperature, least=0)
        self.crossover_temperature = check_number("crossover_temperature", crossover_temperature, least=0)
        self.selection_temperature = check_number("selection_temperature", selection_temperature, above=0)
        self.reasoning_effort = check_reasoning_effort(reasoning_effort)
        self.merging_rate = check_number("merging_rate", merging_rate, least=0)
        self.merging_schedule = check_choice("merging_schedule", merging_schedule, SCHEDULES)
        self.algorithm = check_choice("algorithm", algorithm, ALGORITHMS)
        self.selection = check_choice("selection", selection, SELECTIONS)
        self.instructions = check_text("instructions", instructions)
        self.search = check_choice("search", search, SEARCHES)
        self.example_limit = check_at_least("example_limit", example_limit, 0)
        self.proposals_in_flight = (
            None if proposals_in_flight is None else check_at_least("proposals_in_flight", proposals_in_flight, 1)
        )
        self.nb_best_predictions = check_at_least("nb_best_predictions", nb_best_predictions, 0)
        least_worst = int(search == "racing")  # a race starts from failures
        self.nb_worst_predictions = check_at_least("nb_worst_predictions", nb_worst_predictions, least_worst)
        self.nb_hard_examples = check_at_least("nb_hard_examples", nb_hard_examples, 0)
        self.hard_example_min_observations = check_at_least(
            "hard_example_min_observations", hard_example_min_observations, 1
        )
        self._competition = Competition(
            algorithm=self.algorithm,
            size=self.population_size,
            k_nearest_fitter=self.k_nearest_fitter,
            distance_function=self.distance_function,
            embedding_model=self.embedding_model,
        )

    def check(self, program: Optimizable) -> None:
        super().check(program)
        self._proposer()
        self._competition.check()

    def select_parent(self, population: Population, rng: random.Random) -> Member:
        members = population.parents()
        scores = [population.score(member) for member in members]
        return members[select(scores, self.selection, temperature=self.selection_temperature, rng=rng)]

    def plan(self, situation: Situation) -> Plan:
        variable = self.choose_variable(situation, situation.program.trainable_variables)
        parent, name = situation.parent, variable.name
        probability = crossover_probability(self.merging_rate, situation.epoch, schedule=self.merging_schedule)
        if situation.rng.random() < probability:
            others = [
                member
                for member in situation.population.parents()
                if member.id != parent.id and member.candidate.content[name] != parent.candidate.content[name]
            ]
            if others:
                return Plan(operator="crossover", variable=variable, parents=(parent, situation.rng.choice(others)))
        return Plan(operator="mutation", variable=variable, parents=(parent,))

    def draft(
        self,
        ranked: Sequence[Member],
        race: Sequence[str],
        *,
        merged: Collection[str],
        ancestors: Mapping[str, Collection[str]],
        variables: Sequence[TrainableVariable],
        epoch: int,
        rng: random.Random,
    ) -> Draft:
        merge = draw_merge(ranked, race, merged=merged, ancestors=ancestors)
        grows = self.example_limit and any(grows_examples(variable) for variable in variables)
        operators = ["mutation", *["few_shot"] * bool(grows), *["crossover"] * bool(merge)]
        operator = draw_operator(operators, rng)
        if operator == "crossover" and merge is not None:
            return merge
        parent = draw_parent(ranked, race, rng, selection=self.selection)
        others = [member for member in ranked if member.candidate.content != parent.candidate.content]
        if others and rng.random() < crossover_probability(self.merging_rate, epoch, schedule=self.merging_schedule):
            return Draft("crossover", (parent, draw_parent(others, race, rng, selection=self.selection)))
        return Draft(operator, (parent,))

    def arrange(self, drafted: Draft, situation: Situation) -> Plan:
        eligible = list(situation.program.trainable_variables)
        if drafted.operator == "few_shot":
            eligible = [variable for variable in eligible if grows_examples(variable)]
        if drafted.operator == "crossover":
            first, second = (member.candidate.content for member in drafted.parents)
            eligible = [variable for variable in eligible if first[variable.name] != second[variable.name]]
        if not eligible:
            raise NoProposal(f"no variable can be changed by {drafted.operator}")
        return Plan(
            operator=drafted.operator,
            variable=self.choose_variable(situation, eligible),
            parents=drafted.parents,
        )

    async def propose(self, plan: Plan, situation: Situation) -> Candidate:
        if plan.operator == "few_shot":
            return self._with_more_examples(plan, situation)
        contents = [parent.candidate.content[plan.variable.name] for parent in plan.parents]
        evidence = self._evidence(situation)
        brief = Brief(
            program=situation.program.description,
            variable=plan.variable,
            evidence=evidence,
            instructions=self.instructions,
        )
        if plan.operator == "crossover":
            if self.search == "racing":
                contents[0] = {**contents[0], EXAMPLES: self._united_examples(contents[0], contents[1])}
                if shown_value(plan.variable, contents[0]) == shown_value(plan.variable, contents[1]):
                    return child(plan, situation, contents[0], reasoning="The examples of both.")
            asking = self._asking(self.crossover_temperature, situation.meter)
            rewrite = await cross(asking, brief, contents[0], contents[1])
        else:
            rewrite = await mutate(self._asking(self.mutation_temperature, situation.meter), brief, contents[0])
        return child(plan, situation, rewrite.content, reasoning=rewrite.reasoning, evidence=evidence.samples)

    def _with_more_examples(self, plan: Plan, situation: Situation) -> Candidate:
        content = plan.parents[0].candidate.content[plan.variable.name]
        examples = grow_examples(content[EXAMPLES], situation.offered, limit=self.example_limit, rng=situation.rng)
        return child(plan, situation, {**content, EXAMPLES: examples})

    def _united_examples(self, one: JsonObject, other: JsonObject) -> list[JsonObject]:
        return united(one[EXAMPLES], other[EXAMPLES], limit=max(self.example_limit, len(one[EXAMPLES])))

    async def compete(self, ranked: Sequence[Member], population: Population, meter: Meter) -> list[Standing]:
        fitness = [population.score(member) for member in ranked]
        return await self._competition.standings([member.candidate.content for member in ranked], fitness, meter)

    async def place(self, candidates: Sequence[Candidate], meter: Meter) -> list[Vector] | None:
        return await self._competition.vectors([candidate.content for candidate in candidates], meter)

    def _evidence(self, situation: Situation) -> Evidence:
        good, bad = split_predictions(
            situation.predictions,
            best=self.nb_best_predictions,
            worst=self.nb_worst_predictions,
            least=RIGHT if self.search == "racing" else None,  # what a race is to mend is nothing to keep
        )
        hard = situation.memory.hardest(
            self.nb_hard_examples, min_observations=self.hard_example_min_observations, without=situation.predictions
        )
        return Evidence(
            good=good,
            bad=bad,
            hard=hard,
            labelled=situation.labelled,
            rejections=situation.rejections,
            notes=situation.notes,
        )

    def _asking(self, temperature: float, meter: Meter) -> Asking:
        return Asking(
            model=self._proposer(), temperature=temperature, reasoning_effort=self.reasoning_effort, meter=meter
        )

    def _proposer(self) -> LanguageModel:
        model = self.language_model or get_default_language_model()
        if model is None:
            raise ConfigurationError(
                "OMEGA needs a language model to propose; "
                "pass language_model=… or call oc.set_default_language_model(…)"
            )
        return model

    def config(self) -> JsonObject:
        settings = {name: getattr(self, name) for name in _SETTINGS}
        function = self.distance_function
        return {
            **super().config(),
            **settings,
            "language_model": self.language_model.config() if self.language_model else None,
            "embedding_model": self.embedding_model.config() if self.embedding_model else None,
            "distance_function": distance_function_name(function) if function else None,
        }


_SETTINGS = (
    *("k_nearest_fitter", "mutation_temperature", "crossover_temperature", "selection_temperature"),
    *("reasoning_effort", "merging_rate", "merging_schedule", "algorithm", "selection", "instructions"),
    *("search", "example_limit", "proposals_in_flight"),
    *("nb_best_predictions", "nb_worst_predictions", "nb_hard_examples", "hard_example_min_observations"),
)
