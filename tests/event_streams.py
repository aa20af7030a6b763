"""Made-up but plausible things a run says, for tests of whoever listens."""

from __future__ import annotations

import random
from collections.abc import Iterator

from optimizer_core import events
from optimizer_core.events import Event, Removed, SampleResult, Survivor
from optimizer_core.json_values import JsonObject, content_hash
from tests.factories_runs import INSTRUCTION, SCHEMA, VARIABLE, content_of

POPULATION = 6
ROWS = 16


def key_of(instruction: str) -> str:
    return content_hash(content_of(instruction))


BASELINE = key_of(INSTRUCTION)


def started(*, epochs: int | None = 2, batches: int = 5, resumed: bool = False) -> events.RunStarted:
    return events.RunStarted(
        optimizer="omega",
        configuration={},
        sizes={"train": 40, "validation": ROWS, "test": 16},
        seed=0,
        variables=({"name": VARIABLE, "description": "", "schema": SCHEMA, "trainable": True},),
        epochs=epochs,
        batches=batches,
        resumed=resumed,
    )


def proposed(
    instruction: str, *, parents: tuple[str, ...] = (BASELINE,), epoch: int = 0, batch: int = 0
) -> events.Event:
    return events.CandidateProposed(
        candidate=key_of(instruction),
        operator="mutation",
        content=content_of(instruction),
        variable=VARIABLE,
        parents=parents,
        reasoning="The old text did not say what to do with doubt.",
        epoch=epoch,
        batch=batch,
    )


def baseline_proposed() -> events.CandidateProposed:
    return events.CandidateProposed(candidate=BASELINE, operator="baseline", content=content_of(INSTRUCTION))


def scored(key: str, rewards: list[float], *, split: str = "validation", first: int = 0) -> events.CandidateScored:
    results = tuple(
        SampleResult(sample=f"{split}-{first + i}", reward=reward, output={"label": "billing"})
        for i, reward in enumerate(rewards)
    )
    mean = sum(rewards) / len(rewards)
    return events.CandidateScored(
        candidate=key, split=split, reward=mean, results=results, mean=mean, count=len(rewards)
    )


def spent(calls: int, *, left: JsonObject | None = None) -> events.SpendUpdated:
    by_role = {"task": {"calls": calls, "tokens": calls * 80, "cost": 0.0}}
    return events.SpendUpdated(
        calls=calls, tokens=calls * 80, cost=0.0, seconds=calls / 10, by_role=by_role, left=left or {}
    )


def whole_run(*, epochs: int = 2, batches: int = 5, seed: int = 0, finish: bool = True) -> Iterator[Event]:
    """Baseline, then a candidate a batch, a population of six, an epoch's validation, the test, the end."""
    rng = random.Random(seed)
    calls = ROWS
    yield started(epochs=epochs, batches=batches)
    yield baseline_proposed()
    yield scored(BASELINE, [float(rng.random() < 0.4) for _ in range(ROWS)])
    yield spent(calls)
    yield events.ValidationFinished(epoch=-1, candidate=BASELINE, logs={"val_reward": 0.4, "n": ROWS})
    yield events.BestChanged(candidate=BASELINE, reward=0.4, count=ROWS)
    alive: list[tuple[float, str]] = [(0.4, BASELINE)]
    best = 0.4
    for epoch in range(epochs):
        yield events.EpochStarted(epoch=epoch)
        for batch in range(batches):
            parent = rng.choice(alive)[1]
            text = f"{INSTRUCTION} Attempt {epoch}.{batch}: decide by what the customer wants next."
            key = key_of(text)
            yield proposed(text, parents=(parent,), epoch=epoch, batch=batch)
            rate = min(0.95, 0.35 + 0.5 * (epoch * batches + batch) / (epochs * batches))
            rewards = [float(rng.random() < rate) for _ in range(ROWS)]
            yield scored(key, rewards)
            calls += ROWS + 9
            yield spent(calls)
            mean = sum(rewards) / ROWS
            alive.append((mean, key))
            if mean > best:
                best = mean
                yield events.BestChanged(candidate=key, reward=mean, count=ROWS)
            yield events.BatchFinished(epoch=epoch, batch=batch, logs={"reward": rng.uniform(0.3, 0.8), "n": 8})
        alive.sort(reverse=True)
        dropped, alive = alive[POPULATION:], alive[:POPULATION]
        yield events.PopulationUpdated(
            epoch=epoch,
            survivors=tuple(
                Survivor(
                    candidate=key,
                    reward=reward,
                    count=ROWS,
                    score=reward - 0.05,
                    novelty=None if rank == 0 else rng.random(),
                    reason="fittest" if rank == 0 else "not_dominated",
                )
                for rank, (reward, key) in enumerate(alive)
            ),
            removed=tuple(
                Removed(candidate=key, reason="dominated", by=alive[0][1], distance=0.03) for _, key in dropped
            ),
        )
        yield events.ValidationFinished(epoch=epoch, candidate=alive[0][1], logs={"val_reward": best, "n": ROWS})
        yield events.EpochFinished(epoch=epoch, logs={"reward": best})
        yield events.CheckpointSaved(reference=f"checkpoint-{epoch}")
    if not finish:
        return
    yield events.TestFinished(
        baseline={"candidate": BASELINE, "mean": 0.41, "low": 0.3, "high": 0.55, "n": 16},
        winner={"candidate": alive[0][1], "mean": 0.81, "low": 0.7, "high": 0.9, "n": 16},
        difference={"mean": 0.4, "low": 0.2, "high": 0.6, "n": 16},
        verdict="improved",
    )
    yield events.RunFinished(status="completed", reason="epochs_done", best=alive[0][1], baseline=BASELINE)
