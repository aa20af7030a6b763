"""Answering outside a run: ``predict``, ``evaluate``, and the test of a candidate after its run."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from optimizer_core.budget import Meter
from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.errors import ConfigurationError, ModelError, ModelOutOfReach
from optimizer_core.events import SampleResult
from optimizer_core.json_values import JsonObject
from optimizer_core.metrics.base import Metric
from optimizer_core.models.patience import USUAL_SECONDS, Patience, being_patient
from optimizer_core.modules.base import Module, Rollout
from optimizer_core.rewards.base import Reward
from optimizer_core.training.failures import check_judged, check_reachable
from optimizer_core.training.ledger import Ledger, Outcome
from optimizer_core.training.logs import logs_of
from optimizer_core.training.scoring import Question, Scorer
from optimizer_core.training.stopping import Stopper
from optimizer_core.training.unfit import find_unfit


async def answer_all(
    program: Module, samples: Sequence[Sample], *, meter: Meter, concurrency: int
) -> list[JsonObject | None]:
    """Answer every sample, in order; None where a model failed.

    Raises:
        ConfigurationError: the concurrency cannot work.
        BudgetExhausted: a call would go over the meter's budget.
        ModelOutOfReach: a provider rejects the key, or has answered nobody for a minute.
    """
    slots = _slots(concurrency)
    outputs = program.outputs_schema

    async def answer(sample: Sample) -> JsonObject | None:
        async with slots:
            try:
                answer = await program(sample.inputs, Rollout(meter=meter, sample=sample.id))
            except ModelOutOfReach:
                raise
            except ModelError:
                return None
        return answer if outputs is None or answer is None else outputs.with_defaults(answer)

    with being_patient(Patience()):
        tasks = [asyncio.ensure_future(answer(sample)) for sample in samples]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()


async def evaluate_all(
    program: Module,
    candidate: Candidate,
    samples: Sequence[Sample],
    *,
    reward: Reward,
    metrics: Sequence[Metric],
    meter: Meter,
    concurrency: int,
) -> JsonObject:
    """Return the logs of a candidate over all samples.

    Raises:
        ConfigurationError: there are no samples, none of them fits the program, or something is missing.
        BudgetExhausted: a call would go over the meter's budget.
        ModelOutOfReach: a provider rejects the key, or has answered nobody for a minute.
        RewardError: the reward failed on every sample.
    """
    if not samples:
        raise ConfigurationError("there are no samples to evaluate; give at least one")
    _slots(concurrency)
    targets = all(sample.target is not None for sample in samples)
    reward.check(targets=targets, outputs=program.outputs_schema)
    for metric in metrics:
        metric.check(targets=targets)
    find_unfit(program, reward, {"evaluate": samples})
    questions = [Question(candidate=candidate, sample=sample) for sample in samples]
    with being_patient(Patience()):
        outcomes = await _score(program, questions, reward=reward, meter=meter, concurrency=concurrency)
    check_judged(outcomes)
    results = [outcome.result for outcome in outcomes]
    return await logs_of(results, {sample.id: sample for sample in samples}, metrics, meter=meter)


async def score_all(
    program: Module,
    candidates: Sequence[Candidate],
    samples: Sequence[Sample],
    *,
    reward: Reward,
    meter: Meter,
    concurrency: int,
    stop: threading.Event | None = None,
    provider_patience: float = USUAL_SECONDS,
) -> list[list[SampleResult]]:
    """Return what each candidate did with each sample, in the order given.

    Raises:
        ConfigurationError: the concurrency cannot work.
        BudgetExhausted: a call would go over the meter's budget.
        RunStopped: ``stop`` was set.
        ModelError: the model could not be reached for any sample, or not any more.
        RewardError: the reward failed on every sample.
    """
    _slots(concurrency)
    questions = [Question(candidate=candidate, sample=sample) for sample in samples for candidate in candidates]
    with being_patient(Patience(seconds=provider_patience)):
        outcomes = await _score(program, questions, reward=reward, meter=meter, concurrency=concurrency, stop=stop)
    check_reachable(outcomes)
    check_judged(outcomes)
    return [[outcome.result for outcome in outcomes[place :: len(candidates)]] for place in range(len(candidates))]


async def _score(
    program: Module,
    questions: Sequence[Question],
    *,
    reward: Reward,
    meter: Meter,
    concurrency: int,
    stop: threading.Event | None = None,
) -> list[Outcome]:
    """Return what came of each question, in order; an interruption is raised."""
    scorer = Scorer(
        program=program,
        reward=reward,
        ledger=Ledger(),
        meter=meter,
        concurrency=concurrency,
        stopper=Stopper(stop, meter),
        after_each=lambda: None,
    )
    scoring = await scorer.score(questions)
    if scoring.interruption is not None:
        raise scoring.interruption
    return [outcome for outcome in scoring.outcomes if outcome is not None]


def _slots(concurrency: int) -> asyncio.Semaphore:
    if not isinstance(concurrency, int) or concurrency < 1:
        raise ConfigurationError(f"concurrency={concurrency!r} must be a whole number of 1 or more")
    return asyncio.Semaphore(concurrency)
