"""One run: what its parts share."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from optimizer_core.budget import Budget, Meter, Role
from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample, draw_minibatch, proportional, target_text
from optimizer_core.data.variable import TrainableVariable
from optimizer_core.events import BestChanged, CandidateProposed, CheckpointSaved
from optimizer_core.json_values import JsonObject, fields_to_json
from optimizer_core.metrics.base import Metric
from optimizer_core.models.journal import CountingJournal
from optimizer_core.models.patience import Patience
from optimizer_core.modules.base import Module
from optimizer_core.optimizers.base import Optimizer, RacingOptimizer
from optimizer_core.rewards.base import Reward
from optimizer_core.training.checkpoints import CheckpointStore, answers_to_json, spend_to_json, state_to_json
from optimizer_core.training.holdback import Holdback
from optimizer_core.training.measuring import Measurer
from optimizer_core.training.reporting import Reporter
from optimizer_core.training.settings import FitSettings, RunData
from optimizer_core.training.state import SearchState
from optimizer_core.training.stopping import Stopper


class Trainable(Protocol):
    """What a run needs of a program."""

    name: str
    description: str
    stop_training: bool
    stop_reason: str

    @property
    def root_module(self) -> Module: ...

    @property
    def trainable_variables(self) -> tuple[TrainableVariable, ...]: ...

    def get_state(self) -> JsonObject: ...

    def assign(self, content: JsonObject) -> None: ...


@dataclass(slots=True, kw_only=True)
class Run:
    """The parts of one run. Nothing in it writes into the program before the run is over."""

    program: Trainable
    optimizer: Optimizer
    reward: Reward
    metrics: Sequence[Metric]
    data: RunData
    settings: FitSettings
    state: SearchState
    meter: Meter
    holdback: Holdback
    reporter: Reporter
    stopper: Stopper
    measurer: Measurer
    patience: Patience
    #: Calls that the path had come to where this part begins; None where proposals were under way there.
    path_before: float | None = 0.0
    unfit: str = ""  # how many rows can only score 0, in words
    _allowance: Callable[[], Budget] | None = None
    _is_behind: bool = False  # the last checkpoint was left out
    _kept_under_way: bool = False  # the last one that was not is of a moment with proposals under way
    _race: tuple[Sample, ...] = ()
    _targets: dict[str, str] = field(default_factory=dict)

    @property
    def races(self) -> bool:
        """True where several proposals are under way and race; False for the plain loop."""
        return isinstance(self.optimizer, RacingOptimizer) and self.optimizer.search == "racing"

    @property
    def racer(self) -> RacingOptimizer:
        """The optimizer of a racing search.

        Raises:
            TypeError: it cannot race.
        """
        if not isinstance(self.optimizer, RacingOptimizer):
            raise TypeError(f"{type(self.optimizer).__name__} does not race")
        return self.optimizer

    @property
    def batches_per_epoch(self) -> int:
        batches = -(-len(self.data.train) // self.settings.batch_size)
        return min(batches, self.settings.steps_per_epoch or batches)

    def race_samples(self, size: int) -> tuple[Sample, ...]:
        """Return the validation samples of a race of that size; a longer race holds all of a shorter one."""
        if not self._race:
            self._race = proportional(self.data.validation, rng=self.rng("race", 0))
        return self._race[:size]

    def judging_samples(self) -> Sequence[Sample]:
        """Return the validation samples of the race, or those that the next child of a plain search is judged by."""
        if self.races:
            return self.race_samples(self.state.racing.size)
        rng = self.rng("minibatch", self.state.epoch, self.state.batch)
        return draw_minibatch(self.data.validation, size=self.settings.minibatch_size, rng=rng)

    def target_of(self, sample: Sample) -> str:
        """Return :func:`target_text` of a sample, reckoned once a run."""
        text = self._targets.get(sample.id)
        if text is None:
            text = self._targets[sample.id] = target_text(sample)
        return text

    def rng(self, purpose: str, epoch: int, batch: int = 0) -> random.Random:
        """Return the chance of one decision: the same in every run of the same seed, resumed or not."""
        return random.Random(f"{self.settings.seed}:{purpose}:{epoch}:{batch}")

    @property
    def tried(self) -> int:
        """How many batches, or proposals of a race, are done."""
        return self.state.epoch * self.batches_per_epoch + self.state.batch

    @property
    def asked(self) -> int:
        """Calls to program, proposer and judge that this part of the run has come to; places of candidates are none."""
        return sum(used.calls for role, used in self.meter.path_by_role.items() if role != Role.EMBEDDING)

    @property
    def path_calls(self) -> float:
        """Calls that the path of the run has come to, whoever paid; right while no proposal is under way."""
        spent = self.meter.total.calls
        return spent if self.path_before is None else min(spent, self.path_before + self.meter.path.calls)

    def allow(self, allowance: Callable[[], Budget]) -> None:
        """Let the run spend what an allowance of the holdback says, now and after an extension of the budget."""
        self._allowance = allowance
        self.meter.extend(allowance())

    def extend_budget(self, budget: Budget) -> None:
        """Take another budget of the whole run."""
        self.state.steered.budget = fields_to_json(budget)
        self.state.ended = {}
        self.holdback.extend(budget, {**self.meter.spent, "calls": self.path_calls})
        self.reporter.use_budget(budget)
        if self._allowance is not None:
            self.meter.extend(self._allowance())

    def introduce(self, candidate: Candidate) -> None:
        """Say that there is a new candidate."""
        self.state.note(candidate)
        self.state.introduced.append(candidate.id)
        self.state.unplaced[candidate.id] = candidate
        self.reporter.emit(
            CandidateProposed(
                candidate=candidate.id,
                operator=candidate.operator,
                content=candidate.content,
                variable=candidate.variable,
                parents=candidate.parents,
                reasoning=candidate.reasoning,
                epoch=candidate.epoch,
                batch=candidate.batch,
                evidence=candidate.evidence,
            )
        )

    def tell_best(self) -> None:
        """Say who leads the population, if that changed."""
        best = self.state.population.best
        if best is not None and best.id != self.state.best:
            self.state.best = best.id
            self.reporter.emit(BestChanged(candidate=best.id, reward=best.running.mean, count=best.running.count))

    async def checkpoint(self) -> None:
        """Write down the state, where somebody keeps it and the one that is kept is old enough."""
        store = self.settings.checkpoints
        if store is None:
            return
        self._is_behind = not store.is_due()
        if not self._is_behind:
            await self._save(store)

    async def catch_up(self) -> None:
        """Write down the state if that was left out the last time."""
        if self._is_behind and self.settings.checkpoints is not None:
            await self._save(self.settings.checkpoints)
            self._is_behind = False

    async def settle(self) -> None:
        """Write down the state of a moment in which no proposal is under way, where the one that is kept is older.

        From then on it depends on what was paid whether there is another one; from a state with proposals under way
        nobody could tell how much that was.
        """
        if self._kept_under_way:
            await self.catch_up()

    async def end_search(self, reason: str) -> None:
        """Note why the search is over, so that a run that is cut off in its end does not search again."""
        if reason in ("budget_spent", "finish_requested"):
            self.state.ended = {"reason": reason, "budget": fields_to_json(self.holdback.budget)}
            await self.checkpoint()
            await self.catch_up()

    @property
    def search_ended(self) -> str:
        """Why the search was over before this part began; empty where it was not, or there is another budget now."""
        ended = self.state.ended
        return ended["reason"] if ended and ended["budget"] == fields_to_json(self.holdback.budget) else ""

    async def _save(self, store: CheckpointStore) -> None:
        meter = self.meter
        journal, under_way = self.settings.journal, bool(self.state.racing.drafted)
        saved = state_to_json(self.state, validation_size=len(self.data.validation), with_outputs=bool(self.metrics))
        samples = {sample.id: sample for sample in self.data.train}
        saved |= {
            "answers": answers_to_json(self.measurer.scorer.ledger, saved["results"], samples),
            "fingerprint": self.fingerprint(),
            "spend": spend_to_json(meter.by_role, meter.elapsed, meter.waited, meter.replayed),
            "holdback": self.holdback.to_json(),
            "journal_end": len(journal) if isinstance(journal, CountingJournal) else None,
            "path": None if under_way else self.path_calls,
        }
        self._kept_under_way = under_way
        self.reporter.emit(CheckpointSaved(reference=await store.save(saved)))

    def fingerprint(self) -> JsonObject:
        """Return what a checkpoint and the run that resumes it must have in common."""
        return {
            "optimizer": self.optimizer.identifier,
            "seed": self.settings.seed,
            "batch_size": self.settings.batch_size,
            "minibatch_size": self.settings.minibatch_size,
            "shuffle": self.settings.shuffle,
            "sizes": self.data.sizes,
            "search": self.optimizer.search,
            "variables": [variable.name for variable in self.program.trainable_variables],
        }
