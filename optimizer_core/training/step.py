"""One batch: the parent answers and is rewarded, a child is proposed, both are judged, the child is handed in."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample, draw_minibatch
from optimizer_core.errors import ModelError, ModelOutOfReach, NoProposal
from optimizer_core.events import BatchFinished, ProposalFailed
from optimizer_core.inspection.flag import OnWarning
from optimizer_core.json_values import JsonObject
from optimizer_core.operators.evidence import ScoredPrediction
from optimizer_core.operators.few_shot import PooledPrediction
from optimizer_core.optimizers.base import Plan, Situation
from optimizer_core.population.population import Member
from optimizer_core.training.flagging import look_at, tell, tell_dropped
from optimizer_core.training.logs import logs_of, results_of
from optimizer_core.training.measuring import Answered
from optimizer_core.training.reviews import ReviewDesk, known_problem
from optimizer_core.training.run import Run


async def step(run: Run, desk: ReviewDesk, samples: Sequence[Sample], *, epoch: int, batch: int) -> None:
    """Do one batch. A proposal that fails is told and costs the batch nothing else.

    Raises:
        BudgetExhausted: the budget is spent; what is finished is kept.
        RunStopped: the run was asked to stop; likewise.
    """
    asked = run.asked
    await desk.collect()
    parent = run.optimizer.select_parent(run.state.population, run.rng("parent", epoch, batch))
    answered = await predict(run, parent, samples)
    logs = await logs_of(results_of(answered), {s.id: s for s in samples}, run.metrics, meter=run.meter)
    child = await propose(run, situation(run, parent, answered, epoch=epoch, batch=batch))
    if child is not None and await _may_be_scored(run, desk, child):
        logs["child"] = await judge(run, desk, child, parent, epoch=epoch, batch=batch)
    run.tell_best()
    run.state.batch = batch + 1
    run.state.idle = run.state.idle + 1 if run.asked == asked else 0
    run.reporter.emit(BatchFinished(epoch=epoch, batch=batch, logs=logs))
    run.reporter.spend()
    await run.checkpoint()


async def predict(run: Run, parent: Member, samples: Sequence[Sample]) -> list[Answered]:
    """Let the parent answer the batch, and remember what later proposals learn from."""
    (answered,) = await run.measurer.measure((parent.candidate,), samples, split="train")
    state = run.state
    state.epoch_results.extend(results_of(answered))
    state.memory.observe(scored_predictions(answered))
    state.pool.add(
        PooledPrediction(
            variable=prediction.variable,
            inputs=prediction.inputs,
            outputs=prediction.outputs,
            reward=outcome.result.reward,
            sample=sample.id,
        )
        for sample, outcome in answered
        for prediction in outcome.trace
    )
    return answered


async def propose(run: Run, now: Situation) -> Candidate | None:
    """Return a new candidate, or tell why there is none.

    Raises:
        BudgetExhausted: the call would go over the budget.
        RunStopped: the run was asked to stop.
    """
    plan = run.optimizer.plan(now)
    run.state.selected.add(plan.variable.name)
    try:
        child = await run.stopper.guard(run.optimizer.propose(plan, now))
    except ModelOutOfReach:
        raise
    except (ModelError, NoProposal) as error:
        _tell_failure(run, plan, str(error))
        return None
    problem = known_problem(run, child)
    if problem:
        _tell_failure(run, plan, problem)
        return None
    run.introduce(child)
    return child


async def _may_be_scored(run: Run, desk: ReviewDesk, child: Candidate) -> bool:
    """Look at a child before it costs anything; False where it waits for a person, or is left as it is."""
    parents = [run.state.candidates[name] for name in child.parents]
    *known, _ = run.state.recent()
    flags, then = look_at(run, child, parents, known), run.settings.on_warning
    tell(run, child, flags, then)
    if flags and then == OnWarning.DROP:
        tell_dropped(run, child)
    elif flags and then == OnWarning.ASK:
        await desk.hold(child)
    return not flags or then == OnWarning.SCORE


async def judge(run: Run, desk: ReviewDesk, child: Candidate, parent: Member, *, epoch: int, batch: int) -> float:
    """Score the child and its parent on the same validation samples (decision D11), and hand the child in.

    Returns:
        The mean reward of the child.
    """
    samples = draw_minibatch(
        run.data.validation, size=run.settings.minibatch_size, rng=run.rng("minibatch", epoch, batch)
    )
    answered, _ = await run.measurer.measure((child, parent.candidate), samples, split="validation")
    await desk.submit(child, samples)
    return math.fsum(result.reward for result in results_of(answered)) / len(answered)


def situation(run: Run, parent: Member, answered: Sequence[Answered], *, epoch: int, batch: int) -> Situation:
    """Return all that a proposal may depend on."""
    state = run.state
    return Situation(
        program=run.program,
        population=state.population,
        parent=parent,
        predictions=tuple(scored_predictions(answered)),
        used=reward_by_variable(answered),
        selected=frozenset(state.selected),
        pool=state.pool,
        memory=state.memory,
        rejections=tuple(state.rejections),
        notes=tuple(state.steered.notes),
        epoch=epoch,
        batch=batch,
        rng=run.rng("proposal", epoch, batch),
        meter=run.meter,
    )


def scored_predictions(answered: Sequence[Answered]) -> list[ScoredPrediction]:
    """Return what the program answered, as evidence; inputs, outcome and target belong to one sample (D8)."""
    return [
        ScoredPrediction(
            inputs=sample.inputs,
            output=outcome.result.output,
            target=sample.target,
            reward=outcome.result.reward,
            feedback=outcome.result.feedback,
            error=outcome.result.error,
            sample=sample.id,
            note=sample.note,
        )
        for sample, outcome in answered
    ]


def reward_by_variable(answered: Sequence[Answered]) -> JsonObject:
    """Return the mean reward of the samples that each variable had a part in."""
    rewards: dict[str, list[float]] = {}
    for _, outcome in answered:
        for name in sorted({prediction.variable for prediction in outcome.trace}):
            rewards.setdefault(name, []).append(outcome.result.reward)
    return {name: math.fsum(found) / len(found) for name, found in rewards.items()}


def _tell_failure(run: Run, plan: Plan, reason: str) -> None:
    run.reporter.emit(
        ProposalFailed(operator=plan.operator, variable=plan.variable.name, reason=reason, parents=plan.parent_ids)
    )
