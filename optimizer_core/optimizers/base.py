"""What an optimizer decides: the parent, the variable, the proposal, and who survives."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

from optimizer_core.budget import Meter
from optimizer_core.data.candidate import Candidate
from optimizer_core.data.variable import TrainableVariable
from optimizer_core.errors import ConfigurationError
from optimizer_core.json_values import JsonObject
from optimizer_core.models.settings import check_number
from optimizer_core.operators.evidence import HardExampleMemory, Labelled, Note, Rejection, ScoredPrediction
from optimizer_core.operators.few_shot import FewShotPool
from optimizer_core.optimizers.drafting import Draft
from optimizer_core.optimizers.settings import check_at_least, check_text
from optimizer_core.population.distance import Vector
from optimizer_core.population.dominated_novelty import Standing, by_fitness
from optimizer_core.population.population import Member, Population
from optimizer_core.population.selection import draw, softmax


class Optimizable(Protocol):
    """What an optimizer needs to know of a program."""

    @property
    def description(self) -> str: ...

    @property
    def trainable_variables(self) -> tuple[TrainableVariable, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a proposal may depend on, and the chance it may use."""

    program: Optimizable
    population: Population
    parent: Member  # has just answered the batch
    predictions: tuple[ScoredPrediction, ...]  # of the parent, one for each sample of the batch
    used: Mapping[str, float]  # variables that had a part in the batch → mean reward of those samples
    selected: frozenset[str]  # variables that were changed before in this run
    pool: FewShotPool
    memory: HardExampleMemory
    rejections: tuple[Rejection, ...]
    epoch: int  # counted from 0
    batch: int
    rng: random.Random  # of this proposal alone
    meter: Meter
    notes: tuple[Note, ...] = ()  # of the people who supervise the run, oldest first
    offered: tuple[JsonObject, ...] = ()  # what could become an example, the most wanted first
    labelled: tuple[Labelled, ...] = ()  # samples without an answer, the most telling first


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which variable is to be changed, how, and from whom."""

    operator: str
    variable: TrainableVariable
    parents: tuple[Member, ...]

    @property
    def parent_ids(self) -> tuple[str, ...]:
        return tuple(parent.id for parent in self.parents)


class Optimizer(ABC):
    """Base of every optimizer. It holds settings only; what a run has found out stays with the run.

    Args:
        population_size: how many candidates survive an epoch.
        sampling_temperature: of the choice of variable, and of examples where there are any; more than 0.
        reward_uncertainty: how much a mean of few samples is distrusted: the rank is by ``mean − u / √count``
            (decision D10); 0 ranks by the plain mean.
        name: what logs call it.
        description: what it does.

    Raises:
        ConfigurationError: a value cannot work.
    """

    #: What :func:`optimizer_core.optimizers.get` and saved files call the class.
    identifier: ClassVar[str]
    #: How the run searches: "plain", batch after batch, or "racing", where the optimizer is a :class:`RacingOptimizer`.
    search: str = "plain"

    def __init__(
        self,
        *,
        population_size: int = 10,
        sampling_temperature: float = 0.3,
        reward_uncertainty: float = 0.25,
        name: str | None = None,
        description: str | None = None,
    ) -> None:
        self.population_size = check_at_least("population_size", population_size, 1)
        self.sampling_temperature = check_number("sampling_temperature", sampling_temperature, above=0)
        self.reward_uncertainty = check_number("reward_uncertainty", reward_uncertainty, least=0)
        self.name = check_text("name", name) or self.identifier
        about = (type(self).__doc__ or "").strip().partition("\n")[0]
        self.description = check_text("description", description) or about

    def check(self, program: Optimizable) -> None:
        """Raise before any call if it cannot work with this program (decision D14).

        Raises:
            ConfigurationError: what is missing, and the way out.
        """
        if not program.trainable_variables:
            raise ConfigurationError(
                "the program has no trainable variable; use a module with one, such as Generator, or unfreeze it"
            )

    @abstractmethod
    def select_parent(self, population: Population, rng: random.Random) -> Member:
        """Draw the one parent of a batch (decision D9)."""

    @abstractmethod
    def plan(self, situation: Situation) -> Plan:
        """Decide what to change and how, without any call."""

    @abstractmethod
    async def propose(self, plan: Plan, situation: Situation) -> Candidate:
        """Carry out a plan.

        Raises:
            ModelError: a model gave no usable answer.
            NoProposal: there is nothing to propose.
            BudgetExhausted: the call would go over the budget.
            RunStopped: the run was asked to stop.
        """

    async def compete(self, ranked: Sequence[Member], population: Population, meter: Meter) -> list[Standing]:
        """Return what becomes of each member, given best first; the fittest stay.

        Raises:
            ModelError: a model gave no usable answer.
            BudgetExhausted: a call would go over the budget.
            RunStopped: the run was asked to stop.
        """
        return by_fitness([population.score(member) for member in ranked], size=self.population_size)

    async def place(self, candidates: Sequence[Candidate], meter: Meter) -> list[Vector] | None:
        """Return one vector for each candidate, whose cosine tells how far they are apart; None if it knows none.

        Raises:
            ModelError: a model gave no usable answer.
            BudgetExhausted: a call would go over the budget.
            RunStopped: the run was asked to stop.
        """
        return None

    def config(self) -> JsonObject:
        """Return the keyword arguments that make it again, as JSON, without models' keys."""
        return {
            "population_size": self.population_size,
            "sampling_temperature": self.sampling_temperature,
            "reward_uncertainty": self.reward_uncertainty,
            "name": self.name,
            "description": self.description,
        }

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        """Make it from what :meth:`config` returned.

        Raises:
            TypeError: a keyword is unknown.
            ConfigurationError: a value cannot work.
        """
        return cls(**config)

    def choose_variable(self, situation: Situation, eligible: Sequence[TrainableVariable]) -> TrainableVariable:
        """Choose among the variables that had a part in the batch (decision D4).

        Those never changed in this run come first, uniformly; else by softmax of ``−mean reward / temperature``, so
        that what does badly is changed more often. Where none of them had a part, all count.
        """
        used = [variable for variable in eligible if variable.name in situation.used] or list(eligible)
        new = [variable for variable in used if variable.name not in situation.selected]
        if new:
            return situation.rng.choice(new)
        means = [-situation.used.get(variable.name, 0.0) for variable in used]
        return used[draw(softmax(means, self.sampling_temperature), situation.rng)]


class RacingOptimizer(Optimizer):
    """An optimizer that also knows what to try when several proposals are under way and race against their parents."""

    nb_best_predictions: int  # well answered training samples that a proposal is shown
    nb_worst_predictions: int  # failures that it is shown
    proposals_in_flight: int | None  # None: as many as keep the answers coming

    @abstractmethod
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
        """Decide what to try next, without any call.

        Args:
            ranked: the population, best first; at least one.
            race: ids of the validation samples that children race on.
            merged: names of the pairs that were merged before.
            ancestors: of every candidate that was ever in the population.
            variables: of the program.
            epoch: counted from 0.
            rng: the source of chance.
        """

    @abstractmethod
    def arrange(self, drafted: Draft, situation: Situation) -> Plan:
        """Say which variable a draft changes, now that the parent has answered the evidence.

        Raises:
            NoProposal: there is none that it could change.
        """


def child(
    plan: Plan, situation: Situation, content: JsonObject, *, reasoning: str = "", evidence: tuple[str, ...] = ()
) -> Candidate:
    """Return the first parent with the plan's variable changed to ``content``."""
    return Candidate(
        content={**plan.parents[0].candidate.content, plan.variable.name: content},
        operator=plan.operator,
        variable=plan.variable.name,
        parents=plan.parent_ids,
        reasoning=reasoning,
        epoch=situation.epoch,
        batch=situation.batch,
        evidence=evidence,
    )
