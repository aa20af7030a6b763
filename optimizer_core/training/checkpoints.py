"""Checkpoints: the state of a search as JSON, written after a batch, and read to go on from there."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Protocol

from optimizer_core.budget import Role, Usage
from optimizer_core.data.dataset import Sample
from optimizer_core.errors import CheckpointError
from optimizer_core.events import SampleResult
from optimizer_core.json_values import JsonObject, fields_to_json
from optimizer_core.modules.base import Prediction
from optimizer_core.operators.evidence import Rejection
from optimizer_core.population.population import Member, Population
from optimizer_core.training.ledger import Ledger, Outcome
from optimizer_core.training.racing.state import RacingState
from optimizer_core.training.state import SearchState, Steered, candidate_from_json, candidate_to_json

VERSION = 2


class CheckpointStore(Protocol):
    """Where checkpoints go."""

    def is_due(self) -> bool:
        """Tell whether the state that is kept is old enough for another one."""
        ...

    async def save(self, state: JsonObject) -> str:
        """Keep the state and return what to call it."""
        ...


def state_to_json(state: SearchState, *, validation_size: int, with_outputs: bool) -> JsonObject:
    """Return the state as JSON.

    Left out are candidates that can neither win nor become parents, and, without ``with_outputs``, what was answered
    to validation samples.
    """
    needed = state.needed(validation_size)
    results = {
        name: [_result(result, with_outputs) for result in state.results.get(name, {}).values()] for name in needed
    }
    members = [
        {"candidate": member.id, "order": member.order, "settled": member.settled}
        for member in sorted(state.population.ranked(), key=lambda member: member.order)
    ]
    return {
        "version": VERSION,
        "epoch": state.epoch,
        "batch": state.batch,
        "idle": state.idle,
        "ended": dict(state.ended),
        "started": state.started,
        "best": state.best,
        "baseline": state.baseline.id,
        "candidates": {
            name: candidate_to_json(state.candidates[name])
            for name in dict.fromkeys([*needed, *state.remembered()])
            if name in state.candidates
        },
        "unplaced": [candidate_to_json(candidate) for candidate in state.unplaced.values()],
        "results": results,
        "members": members,
        "banned": sorted(state.population.banned),
        "known": sorted(state.known),
        "introduced": list(state.introduced),
        "admitted": sorted(state.admitted),
        "approved": sorted(state.approved),
        "rejections": [fields_to_json(rejection) for rejection in state.rejections],
        "selected": sorted(state.selected),
        "waiting": {name: list(samples) for name, samples in state.waiting.items()},
        "epoch_results": [fields_to_json(result) for result in state.epoch_results],
        "memory": state.memory.to_json(),
        "pool": state.pool.to_json(),
        "racing": state.racing.to_json(),
        "steered": state.steered.to_json(),
        "training": {name: dict(rewards) for name, rewards in state.training.items()},
    }


def state_from_json(saved: JsonObject, *, uncertainty: float) -> SearchState:
    """Build the state again.

    Raises:
        CheckpointError: it is not a checkpoint of this version.
    """
    if not isinstance(saved, dict) or saved.get("version") != VERSION:
        raise CheckpointError(f"this is no checkpoint of version {VERSION}; it cannot be resumed")
    try:
        return _revive(saved, uncertainty)
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"the checkpoint is damaged: {type(error).__name__} {error}") from error


def _revive(saved: JsonObject, uncertainty: float) -> SearchState:
    candidates = {name: candidate_from_json(item) for name, item in saved["candidates"].items()}
    unplaced = [candidate_from_json(item) for item in saved.get("unplaced", ())]
    state = SearchState(
        baseline=candidates[saved["baseline"]],
        population=Population(uncertainty=uncertainty),
        candidates=candidates,
        unplaced={candidate.id: candidate for candidate in unplaced},
        known=set(saved["known"]),
        introduced=list(saved.get("introduced", ())),
        admitted=set(saved["admitted"]),
        approved=set(saved.get("approved", ())),
        rejections=[Rejection(**item) for item in saved["rejections"]],
        selected=set(saved["selected"]),
        waiting={name: tuple(samples) for name, samples in saved["waiting"].items()},
        epoch_results=[SampleResult.from_json(item) for item in saved["epoch_results"]],
        racing=RacingState.from_json(saved["racing"]),
        steered=Steered.from_json(saved.get("steered", {})),
        training={name: dict(rewards) for name, rewards in saved["training"].items()},
        epoch=saved["epoch"],
        batch=saved["batch"],
        idle=saved.get("idle", 0),
        ended=dict(saved.get("ended", {})),
        best=saved["best"],
        started=saved["started"],
    )
    members = [
        Member(candidate=candidates[item["candidate"]], order=item["order"], settled=item["settled"])
        for item in saved["members"]
    ]
    state.population.restore(members, saved["banned"])
    for name, results in saved["results"].items():
        state.record(name, [SampleResult.from_json(item) for item in results])
    state.memory.restore(saved["memory"])
    state.pool.restore(saved["pool"])
    return state


def _result(result: SampleResult, with_outputs: bool) -> JsonObject:
    saved = fields_to_json(result)
    return saved if with_outputs else {**saved, "output": None, "questions": []}


def answers_to_json(ledger: Ledger, needed: Container[str], samples: Mapping[str, Sample]) -> JsonObject:
    """Return what candidates answered to training samples, so that it need not be paid again.

    Args:
        ledger: knows everything.
        needed: ids of those whose answers can be needed again.
        samples: training samples by id; inputs that a module read unchanged are not written a second time.
    """
    answers: JsonObject = {}
    for key, outcome in ledger.items():
        if key.candidate in needed and key.sample in samples and not key.repeat:
            inputs = samples[key.sample].inputs
            trace = [
                [step.variable, None if step.inputs == inputs else step.inputs, step.outputs] for step in outcome.trace
            ]
            saved = {**fields_to_json(outcome.result), "trace": trace, "failure": outcome.failure}
            answers.setdefault(key.candidate, []).append(saved)
    return answers


def answers_from_json(saved: list[JsonObject], samples: Mapping[str, Sample]) -> list[Outcome]:
    """Return one candidate's answers again."""
    outcomes = []
    for item in saved:
        inputs = samples[item["sample"]].inputs
        trace = tuple(
            Prediction(variable=variable, inputs=inputs if read is None else read, outputs=outputs)
            for variable, read, outputs in item["trace"]
        )
        result = {name: value for name, value in item.items() if name not in ("trace", "failure")}
        outcomes.append(Outcome(result=SampleResult.from_json(result), trace=trace, failure=item["failure"]))
    return outcomes


def spend_to_json(by_role: dict[Role, Usage], elapsed: float, waited: float = 0.0, replayed: int = 0) -> JsonObject:
    """Return what was spent so far, and how many answers came from the journal instead."""
    return {
        "elapsed": elapsed,
        "waited": waited,
        "replayed": replayed,
        "by_role": {role.value: fields_to_json(usage) for role, usage in by_role.items()},
    }


def spend_from_json(saved: JsonObject) -> tuple[dict[Role, Usage], float, float]:
    """Return usage by role, elapsed seconds, and how many of them the run only waited for a person.

    Raises:
        CheckpointError: it cannot be read.
    """
    try:
        by_role = {Role(role): Usage(**usage) for role, usage in saved["by_role"].items()}
        return by_role, float(saved["elapsed"]), float(saved.get("waited", 0.0))
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"the spend in the checkpoint is damaged: {error}") from error


def with_what_was_paid_since(spent: Mapping[Role, Usage], paid: Mapping[Role, Usage]) -> dict[Role, Usage]:
    """Return what was spent by role: until a state, and for answers that came into the journal after it."""
    return {role: spent.get(role, Usage()) + paid.get(role, Usage()) for role in Role}


def is_only_spend(saved: JsonObject) -> bool:
    """Tell whether a run that was cut off before its first checkpoint left nothing but what it has spent."""
    return set(saved) == {"spend"}
