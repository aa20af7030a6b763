"""Invents what a search says: candidates that slowly get better, races, a population, a test."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from omegaweb.engine.nearness import word_vector
from omegaweb.engine.simulation import texts
from optimizer_core import events
from optimizer_core.data.statistics import mean_interval, paired_difference, paired_test, verdict
from optimizer_core.events import Event, SampleResult
from optimizer_core.json_values import content_hash
from optimizer_core.population.vectors import pack

POPULATION = 24
#: Candidates between two competitions.
EPOCH = 40
FAILURES = 0.01
PARTLY_RIGHT = 0.06
#: Beyond it rewriting does not help: some rows stay hard.
MOST_SKILL = 1.2
TOKENS_A_CALL = 420
DOLLARS_A_CALL = 0.00021


@dataclass(slots=True, kw_only=True)
class Member:
    """A candidate as the simulation knows it."""

    key: str
    content: dict[str, Any]
    skill: float
    rewards: dict[int, float] = field(default_factory=dict)  # validation index → reward

    @property
    def mean(self) -> float:
        return math.fsum(self.rewards.values()) / len(self.rewards)

    @property
    def bound(self) -> float:
        return self.mean - 0.6 / math.sqrt(len(self.rewards))


class Search:
    """One invented run. :meth:`events` gives everything it says.

    Args:
        candidates: how many, the start included.
        evaluations: how many samples they answer together, the test included.
        sizes: rows of train, validation and test.
        answers: the targets of validation and test rows, by split.
        seed: of everything that is drawn.

    Raises:
        ValueError: so many evaluations cannot be made of so few rows, or each candidate would get none.
    """

    def __init__(
        self,
        *,
        candidates: int,
        evaluations: int,
        sizes: dict[str, int],
        answers: Mapping[str, Sequence[str]],
        seed: int = 0,
    ) -> None:
        rows, spare = sizes["validation"], evaluations - 2 * sizes["test"]
        least = rows + 4 * (candidates - 1)
        if not least <= spare <= candidates * rows:
            raise ValueError(
                f"{candidates} candidates on {rows} validation rows make {least + 2 * sizes['test']} to "
                f"{candidates * rows + 2 * sizes['test']} evaluations, not {evaluations}: "
                "change --evaluations or --rows"
            )
        self._candidates = candidates
        self._sizes = sizes
        self._answers = answers
        self._rng = random.Random(seed)
        self._seed = seed
        self._hard = {split: [self._rng.gauss(0, 1.4) for _ in range(size)] for split, size in sizes.items()}
        self._counts = self._shares(spare - rows, rows)
        self._calls = 0

    def events(self) -> Iterator[Event]:
        """Yield everything the run says, in order."""
        start = self._member(texts.content(texts.INSTRUCTION, []), skill=-0.3)
        yield events.RunStarted(
            optimizer="omega", configuration={}, sizes=self._sizes, seed=self._seed, variables=(_variable(),)
        )
        yield events.CandidateProposed(candidate=start.key, operator="baseline", content=start.content)
        yield from self._score(start, list(range(self._sizes["validation"])))
        yield events.ValidationFinished(epoch=-1, candidate=start.key, logs={"val_reward": start.mean})
        best, members = start, [start]
        yield events.BestChanged(candidate=start.key, reward=start.mean, count=len(start.rewards))
        newcomers: list[Member] = []
        unplaced = [start]
        for number, count in enumerate(self._counts, start=1):
            epoch = (number - 1) // EPOCH
            parent = max(self._rng.sample(members, min(3, len(members))), key=lambda member: member.bound)
            child = self._child(parent, number)
            unplaced.append(child)
            yield events.CandidateProposed(
                candidate=child.key,
                operator="few_shot" if len(_examples(child)) > len(_examples(parent)) else "mutation",
                content=child.content,
                variable=texts.VARIABLE,
                parents=(parent.key,),
                reasoning="The parent mistook what the customer wants for what the customer complains about.",
                epoch=epoch,
                batch=number - 1,
                evidence=self._evidence(),
            )
            yield from self._score(child, self._rng.sample(range(self._sizes["validation"]), count))
            if child.bound < parent.bound - 0.03:
                yield _dropped(child, parent)
            else:
                newcomers.append(child)
            yield self._spent()
            yield events.BatchFinished(epoch=epoch, batch=number - 1, logs={})
            if number % EPOCH == 0 or number == self._candidates - 1:
                members, update = _competition([*members, *newcomers], epoch)
                newcomers = []
                for each in unplaced:
                    yield events.CandidateEmbedded(candidate=each.key, vector=pack(word_vector(each.content)))
                unplaced = []
                yield update
                if members[0] is not best:
                    best = members[0]
                    yield events.BestChanged(candidate=best.key, reward=best.mean, count=len(best.rewards))
        yield from self._finish(start, best)

    def _shares(self, total: int, rows: int) -> list[int]:
        """How many rows each candidate beside the start answers; together `total`."""
        others = self._candidates - 1
        weights = [self._rng.expovariate(1) for _ in range(others)]
        scale = (total - 4 * others) / math.fsum(weights) if others else 0
        counts = [min(rows, 4 + int(scale * weight)) for weight in weights]
        place = 0
        while others and (missing := total - sum(counts)) > 0:
            step = min(missing, rows - counts[place])
            counts[place] += min(step, 1 + missing // others)
            place = (place + 1) % others
        return counts

    def _evidence(self) -> tuple[str, ...]:
        rows = self._rng.sample(range(self._sizes["train"]), min(4, self._sizes["train"]))
        return tuple(f"train-{index}" for index in rows)

    def _member(self, content: dict[str, Any], *, skill: float) -> Member:
        return Member(key=content_hash(content), content=content, skill=skill)

    def _child(self, parent: Member, number: int) -> Member:
        content = texts.rewritten(parent.content, number=number, rng=self._rng)
        return self._member(content, skill=min(MOST_SKILL, parent.skill + self._rng.gauss(-0.1, 0.2)))

    def _score(self, member: Member, indexes: list[int]) -> Iterator[Event]:
        results = self._results(member, "validation", sorted(indexes))
        member.rewards |= {int(each.sample.rpartition("-")[2]): each.reward for each in results}
        yield events.CandidateScored(
            candidate=member.key,
            split="validation",
            reward=member.mean,
            results=results,
            mean=member.mean,
            count=len(member.rewards),
        )

    def _results(self, member: Member, split: str, indexes: Sequence[int]) -> tuple[SampleResult, ...]:
        self._calls += len(indexes)
        return tuple(self._result(member, split, index) for index in indexes)

    def _result(self, member: Member, split: str, index: int) -> SampleResult:
        sample, target = f"{split}-{index}", self._answers[split][index]
        if self._rng.random() < FAILURES:
            return SampleResult(sample=sample, reward=0.0, error="The model gave no JSON after 3 attempts.")
        if self._rng.random() < 1 / (1 + math.exp(self._hard[split][index] - member.skill)):
            return SampleResult(sample=sample, reward=1.0, output={"queue": target})
        reward = 0.5 if self._rng.random() < PARTLY_RIGHT else 0.0
        wrong = self._rng.choice([queue for queue in texts.QUEUES if queue != target])
        return SampleResult(sample=sample, reward=reward, output={"queue": wrong}, feedback=f"Expected {target}.")

    def _spent(self) -> Event:
        calls, tokens, cost = self._calls, self._calls * TOKENS_A_CALL, self._calls * DOLLARS_A_CALL
        by_role = {"task": {"calls": calls, "tokens": tokens, "cost": cost}}
        return events.SpendUpdated(calls=calls, tokens=tokens, cost=cost, seconds=calls / 16, by_role=by_role)

    def _finish(self, start: Member, best: Member) -> Iterator[Event]:
        rows = range(self._sizes["test"])
        before, after = (self._results(member, "test", rows) for member in (start, best))
        for member, results in ((start, before), (best, after)):
            rewards = [each.reward for each in results]
            yield events.CandidateScored(
                candidate=member.key,
                split="test",
                reward=math.fsum(rewards) / max(1, len(rewards)),
                results=results,
                mean=member.mean,
                count=len(member.rewards),
            )
        old, new = [each.reward for each in before], [each.reward for each in after]
        difference, test = paired_difference(old, new), paired_test(old, new)
        yield self._spent()
        yield events.TestFinished(
            baseline={"candidate": start.key, **mean_interval(old).to_json()},
            winner={"candidate": best.key, **mean_interval(new).to_json()},
            difference=difference.to_json(),
            verdict=verdict(difference, test),
            test=test.to_json(),
        )
        yield events.RunFinished(status="completed", reason="budget_spent", best=best.key, baseline=start.key)


def _competition(rivals: list[Member], epoch: int) -> tuple[list[Member], Event]:
    ranked = sorted(rivals, key=lambda member: -member.bound)
    kept, gone = ranked[:POPULATION], ranked[POPULATION:]
    return kept, events.PopulationUpdated(
        epoch=epoch,
        survivors=tuple(
            events.Survivor(
                candidate=member.key,
                reward=member.mean,
                count=len(member.rewards),
                score=member.bound,
                reason="fittest" if member is kept[0] else "ranked",
            )
            for member in kept
        ),
        removed=tuple(events.Removed(candidate=member.key, reason="truncated", by=kept[-1].key) for member in gone),
    )


def _dropped(child: Member, parent: Member) -> Event:
    both = child.rewards.keys() & parent.rewards.keys()
    return events.CandidateDropped(
        candidate=child.key,
        reason="fell_behind",
        by=parent.key,
        better=sum(child.rewards[index] > parent.rewards[index] for index in both),
        worse=sum(child.rewards[index] < parent.rewards[index] for index in both),
        count=len(child.rewards),
    )


def _examples(member: Member) -> list[Any]:
    examples: list[Any] = member.content[texts.VARIABLE]["examples"]
    return examples


def _variable() -> dict[str, Any]:
    properties = {"instructions": {"type": "string", "minLength": 1}}
    schema = {"type": "object", "properties": properties, "required": ["instructions"]}
    return {"name": texts.VARIABLE, "description": "", "schema": schema, "trainable": True}
