"""The state of a search: all that it has found out, and all that a checkpoint needs to go on from there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from optimizer_core.data.candidate import Candidate, RunningMean
from optimizer_core.events import SampleResult
from optimizer_core.json_values import JsonObject, fields_to_json
from optimizer_core.operators.evidence import HardExampleMemory, Note, Rejection
from optimizer_core.operators.few_shot import FewShotPool
from optimizer_core.population.population import Population
from optimizer_core.training.racing.state import RacingState

#: Candidates that a new one is compared with, to tell whether it is nearly the same.
RECENT = 50


@dataclass(slots=True, kw_only=True)
class Steered:
    """What people have changed about a run; part of the checkpoint, so that a resumed run takes the same path."""

    applied: set[str] = field(default_factory=set)  # references of requests
    notes: list[Note] = field(default_factory=list)
    pinned: set[str] = field(default_factory=set)  # ids of candidates, in the population or not
    budget: JsonObject = field(default_factory=dict)  # limits, where it was extended

    def to_json(self) -> JsonObject:
        return {
            "applied": sorted(self.applied),
            "notes": [fields_to_json(note) for note in self.notes],
            "pinned": sorted(self.pinned),
            "budget": dict(self.budget),
        }

    @classmethod
    def from_json(cls, saved: JsonObject) -> Steered:
        """Build it again; a checkpoint of before there was any steering has nothing of it."""
        return cls(
            applied=set(saved.get("applied", ())),
            notes=[Note(**note) for note in saved.get("notes", ())],
            pinned=set(saved.get("pinned", ())),
            budget=dict(saved.get("budget", {})),
        )


@dataclass(slots=True, kw_only=True)
class SearchState:
    """What changes while a run goes on.

    Chance is not part of it: each decision has a generator of its own, seeded by the run's seed, its purpose, epoch
    and batch, so that a resumed run draws the same numbers.
    """

    baseline: Candidate
    population: Population
    memory: HardExampleMemory = field(default_factory=HardExampleMemory)
    pool: FewShotPool = field(default_factory=FewShotPool)
    candidates: dict[str, Candidate] = field(default_factory=dict)  # by id; a proposal equal to one is refused
    known: set[str] = field(default_factory=set)  # ids of everything ever proposed
    introduced: list[str] = field(default_factory=list)  # the same in the order they were told
    unplaced: dict[str, Candidate] = field(default_factory=dict)  # by id: nobody was told yet where they lie
    results: dict[str, dict[str, SampleResult]] = field(default_factory=dict)  # candidate → validation sample
    rejections: list[Rejection] = field(default_factory=list)
    admitted: set[str] = field(default_factory=set)  # ids of all who ever entered the population
    selected: set[str] = field(default_factory=set)  # variables that were changed
    approved: set[str] = field(default_factory=set)  # ids of those that a reviewer let in
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)  # candidate under review → its sample ids
    epoch_results: list[SampleResult] = field(default_factory=list)  # of the parents in this epoch
    training: dict[str, dict[str, float]] = field(default_factory=dict)  # candidate → training sample → reward; racing
    racing: RacingState = field(default_factory=RacingState)
    steered: Steered = field(default_factory=Steered)
    epoch: int = 0  # the next batch is this one
    batch: int = 0
    idle: int = 0  # batches in a row in which nothing was asked; plain search
    best: str = ""
    ended: JsonObject = field(default_factory=dict)  # why the search is over, and with which budget
    started: bool = False  # the baseline and the seeds are scored

    def note(self, candidate: Candidate) -> None:
        """Remember that a candidate exists."""
        self.known.add(candidate.id)
        self.candidates.setdefault(candidate.id, candidate)

    def record(self, candidate_id: str, results: Iterable[SampleResult]) -> None:
        """Note validation results, each sample once, also with the member of the population."""
        table = self.results.setdefault(candidate_id, {})
        for result in results:
            table.setdefault(result.sample, result)
        member = self.population.get(candidate_id)
        if member is not None:
            member.record(self.rewards(candidate_id))

    def rewards(self, candidate_id: str) -> dict[str, float]:
        """Return the reward of each validation sample that a candidate has answered."""
        return {sample: result.reward for sample, result in self.results.get(candidate_id, {}).items()}

    def mean(self, candidate_id: str) -> RunningMean:
        """Return the mean over the validation samples of a candidate, member or not."""
        rewards = self.rewards(candidate_id).values()
        return RunningMean(mean=math.fsum(rewards) / len(rewards) if rewards else 0.0, count=len(rewards))

    def fully_validated(self, size: int) -> list[str]:
        """Return all candidates that entered the population and have answered ``size`` samples, oldest first."""
        allowed = self.admitted - self.population.banned
        return [name for name, table in self.results.items() if len(table) >= size and name in allowed]

    def admit(self, candidate: Candidate, *, settled: bool = False) -> None:
        """Take a scored candidate into the population."""
        self.note(candidate)
        self.admitted.add(candidate.id)
        self.population.add(candidate, self.rewards(candidate.id), settled=settled)

    def reject(self, candidate: Candidate, reason: str, *, wants_changes: bool = False) -> None:
        """Ban a candidate for good, and remember why."""
        self.population.ban(candidate.id)
        rejection = Rejection(
            candidate=candidate.id, content=candidate.content, reason=reason, wants_changes=wants_changes
        )
        self.rejections.append(rejection)

    def rewrite(self, candidate: Candidate, edited: Candidate) -> None:
        """Remember how a person changed a candidate, and why."""
        rejection = Rejection(
            candidate=candidate.id, content=candidate.content, reason=edited.reasoning, edited=edited.content
        )
        self.rejections.append(rejection)

    def recent(self, told: int | None = None) -> list[str]:
        """Return the last few candidates that were told, or those of when ``told`` of them were."""
        told = len(self.introduced) if told is None else told
        return self.introduced[max(0, told - RECENT) : told]

    def remembered(self) -> list[str]:
        """Return the candidates that new ones are compared with, those of the proposals under way included."""
        oldest = min((proposal.get("known", 0) for proposal in self.racing.drafted), default=len(self.introduced))
        return self.introduced[max(0, oldest - RECENT) :]

    def needed(self, size: int) -> list[str]:
        """Return the candidates that the rest of the run can still need: everything else may be forgotten."""
        members = [member.id for member in self.population.ranked()]
        parents = [parent for proposal in self.racing.drafted for parent in proposal["parents"]]
        return list(dict.fromkeys([self.baseline.id, *members, *self.waiting, *parents, *self.fully_validated(size)]))


def candidate_to_json(candidate: Candidate) -> JsonObject:
    """Return a candidate as JSON; its id follows from the content."""
    return {
        "content": candidate.content,
        "operator": candidate.operator,
        "variable": candidate.variable,
        "parents": list(candidate.parents),
        "reasoning": candidate.reasoning,
        "epoch": candidate.epoch,
        "batch": candidate.batch,
        "evidence": list(candidate.evidence),
    }


def candidate_from_json(saved: JsonObject) -> Candidate:
    """Build it again."""
    lists = {"parents": tuple(saved["parents"]), "evidence": tuple(saved.get("evidence", ()))}
    return Candidate(**{**saved, **lists})
