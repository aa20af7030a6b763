"""Landing: what came of a proposal is told, folded into the state, and handed in if it won; one after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optimizer_core.data.candidate import Candidate
from optimizer_core.events import BatchFinished, CandidateDropped, EpochStarted, ProposalFailed
from optimizer_core.inspection.flag import OnWarning
from optimizer_core.json_values import JsonObject
from optimizer_core.training.flagging import tell, tell_dropped
from optimizer_core.training.ledger import Key
from optimizer_core.training.logs import logs_of, results_of
from optimizer_core.training.measuring import Answered
from optimizer_core.training.racing.outcome import Outcome, Step
from optimizer_core.training.racing.pace import Pace
from optimizer_core.training.racing.sizes import SHARE_OF_REST, affordable, calls_left, chunk_size, race_size
from optimizer_core.training.reviews import ReviewDesk, known_problem
from optimizer_core.training.run import Run

#: Paired differences that the estimate of their spread looks back on.
MEMORY = 150


async def land(run: Run, desk: ReviewDesk, pace: Pace, outcome: Outcome) -> None:
    """Fold one outcome in.

    Raises:
        BudgetExhausted: the budget is spent.
        RunStopped: the run was asked to stop.
    """
    state, proposal = run.state, outcome.proposal
    if state.batch >= run.batches_per_epoch:  # the budget was spent before that epoch could be closed
        state.epoch, state.batch = state.epoch + 1, 0
    if not state.batch:
        run.reporter.emit(EpochStarted(epoch=state.epoch))
    await desk.collect()
    parent = state.candidates[proposal.parents[0]]
    run.measurer.report(parent, outcome.evidence, split="train")
    run.measurer.report(parent, outcome.against, split="validation")
    _remember(run, parent, outcome.evidence)
    if outcome.variable:
        state.selected.add(outcome.variable)
    for difference in outcome.differences:
        state.racing.spread += (difference * difference - state.racing.spread) / MEMORY
    await _take(run, desk, outcome)
    run.tell_best()
    pace.land(proposal.number)
    await _lengthen(run, pace)
    run.reporter.emit(BatchFinished(epoch=state.epoch, batch=state.batch, logs=await _logs(run, outcome)))
    state.batch += 1  # the landings are counted, not the proposals, which land in another order
    run.reporter.spend()


async def _take(run: Run, desk: ReviewDesk, outcome: Outcome) -> None:
    """Tell about the children, and hand in the one that won."""
    proposal, child = outcome.proposal, outcome.child
    last = child or (outcome.steps[-1].child if outcome.steps else None)
    problem = outcome.failure if last is None else _problem(run, last)
    if problem:
        run.reporter.emit(
            ProposalFailed(
                operator=proposal.operator, variable=outcome.variable, reason=problem, parents=proposal.parents
            )
        )
        return
    for step in outcome.steps:
        if _introduce(run, step) and step.kept_back:
            await _keep_back(run, desk, step.child)
    racing = run.state.racing
    racing.steps |= {step.child.id for step in outcome.steps if step.mends and not step.kept_back}
    if child is None:
        return
    racing.steps.discard(child.id)
    run.measurer.report(child, outcome.raced, split="validation")
    if outcome.dropped:
        run.reporter.emit(_dropped(outcome, child))
        return
    await desk.submit(child, [sample for sample, _ in outcome.raced])


def _problem(run: Run, child: Candidate) -> str:
    """Return why a candidate is nothing new; what was only a step on the way was never judged."""
    return "" if child.id in run.state.racing.steps else known_problem(run, child)


async def _keep_back(run: Run, desk: ReviewDesk, child: Candidate) -> None:
    if run.settings.on_warning == OnWarning.DROP:
        tell_dropped(run, child)
    else:
        await desk.hold(child)


def _introduce(run: Run, step: Step) -> bool:
    """Tell about one step of a stride; False where an earlier proposal came upon the same."""
    child = step.child
    is_new = child.id not in run.state.known
    if is_new:
        run.introduce(child)
        run.state.racing.descend(child.id, child.parents)
        tell(run, child, step.flags, run.settings.on_warning)
    answered = [*step.trial, *step.seen]
    run.measurer.report(child, answered, split="train")
    _remember(run, child, answered)
    if not step.mends:
        run.reporter.emit(
            CandidateDropped(candidate=child.id, reason="mends_nothing", by=step.failed_by, better=0, worse=0, count=0)
        )
    return is_new


def _dropped(outcome: Outcome, child: Candidate) -> CandidateDropped:
    differences = outcome.differences
    return CandidateDropped(
        candidate=child.id,
        reason=outcome.dropped,
        by=outcome.proposal.parents[0],
        better=sum(difference > 0 for difference in differences),
        worse=sum(difference < 0 for difference in differences),
        count=len(differences),
    )


def _remember(run: Run, candidate: Candidate, answered: Sequence[Answered]) -> None:
    table = run.state.training.setdefault(candidate.id, {})
    fresh = [each for each in answered if each.sample.id not in table]
    table |= {each.sample.id: each.outcome.result.reward for each in fresh}
    run.state.epoch_results.extend(results_of(fresh))


async def _lengthen(run: Run, pace: Pace) -> None:
    """Make races longer when they are too short to show a step forward; the leader then answers what is new.

    A longer race judges better but leaves less to judge, so it may cost a share of what is left.
    """
    state, racing = run.state, run.state.racing
    leader = state.population.best
    if leader is None:
        return
    wanted = race_size(racing.spread, leader.running.mean, chunk=chunk_size(run.settings.minibatch_size))
    left = calls_left(run)
    if left is not None:
        wanted = min(wanted, affordable(left, share=SHARE_OF_REST, run=run))
    racing.size = max(racing.size, min(len(run.data.validation), wanted))
    run.holdback.shrink(racing.size)
    run.allow(run.holdback.search)
    answered = state.results.get(leader.id, {})
    missing = [sample for sample in run.race_samples(racing.size) if sample.id not in answered]
    if missing:
        pace.count([Key(leader.id, sample.id) for sample in missing])
        await run.measurer.measure((leader.candidate,), missing, split="validation")


async def _logs(run: Run, outcome: Outcome) -> JsonObject:
    """Return what is told about a batch: the parent on the evidence, and the child on the race."""
    by_id = {sample.id: sample for sample in run.data.train}
    logs = await logs_of(results_of(outcome.evidence), by_id, run.metrics, meter=run.meter)
    if outcome.raced and outcome.dropped != "fell_behind":  # of part of a race the mean says little
        rewards = [result.reward for result in results_of(outcome.raced)]
        logs["child"] = math.fsum(rewards) / len(rewards)
    return logs
