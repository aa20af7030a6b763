"""The end of a run: open reviews, the full validation of the best, the winner, and the test."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.statistics import Interval, mean_interval, paired_difference, paired_test, verdict
from optimizer_core.errors import BudgetExhausted
from optimizer_core.events import BestChanged, TestFinished
from optimizer_core.json_values import JsonObject
from optimizer_core.training.holdback import FINALISTS
from optimizer_core.training.ledger import Key
from optimizer_core.training.placing import tell_places
from optimizer_core.training.reviews import ReviewDesk
from optimizer_core.training.run import Run
from optimizer_core.training.start import tell_population
from optimizer_core.training.validation import validate


@dataclass(slots=True)
class Choice:
    """Who won, as far as is known."""

    winner: Candidate


async def conclude(run: Run, desk: ReviewDesk, choice: Choice) -> None:
    """Wait for reviews, validate the finalists in full, choose the winner and test it.

    Args:
        run: has ended its search, by itself or because its share of the budget is spent.
        desk: holds the open reviews.
        choice: is kept up to date, so that an interruption leaves the best known.

    Raises:
        RunStopped: the run was asked to stop.
    """
    run.allow(run.holdback.final_validation)
    before = _members(run)
    await desk.wait()
    if run.state.batch or _members(run) - before:
        tell_population(run, epoch=run.state.epoch)  # no epoch follows that would say who came in
    choice.winner = best_known(run)
    await _validate_finalists(run)
    choice.winner = best_known(run)
    while await desk.confirm(choice.winner):  # who was turned down is out, and the next one is asked about
        await _validate_finalists(run)
        choice.winner = best_known(run)
    _tell_winner(run, choice.winner)
    run.allow(run.holdback.whole)
    if run.data.test:
        await _test(run, choice.winner)
    await tell_places(run)  # of the last, unfinished epoch, if anything is left to pay for it: no map decides who wins


def best_known(run: Run) -> Candidate:
    """Return the best mean among the candidates with full validation; ties go to the baseline, then by rank.

    Where the budget paid no full validation but the baseline's, the first of the rank wins if its cautious score is
    above the baseline's mean on the same samples.
    """
    state, baseline = run.state, run.state.baseline
    finished = state.fully_validated(len(run.data.validation))
    leader = state.population.best
    if run.races and not (leader is not None and {baseline.id, leader.id} <= set(finished)):
        return _leader(run)
    if [name for name in finished if name != baseline.id]:
        order = [baseline.id, *(member.id for member in state.population.ranked()), *finished]
        return state.candidates[max((name for name in order if name in finished), key=lambda n: state.mean(n).mean)]
    first = state.population.best
    if first is None or first.id == baseline.id:
        return baseline
    compared = state.rewards(baseline.id)
    common = [compared[sample] for sample in first.rewards if sample in compared]
    if common and state.population.score(first) > sum(common) / len(common):
        return first.candidate
    return baseline


def _members(run: Run) -> set[str]:
    return {member.id for member in run.state.population.ranked()}


def _leader(run: Run) -> Candidate:
    """Return the first of the rank; the baseline, where that is not better on the samples that both have answered."""
    first, baseline = run.state.population.best, run.state.baseline
    if first is None or first.id == baseline.id:
        return baseline
    compared = run.state.rewards(baseline.id)
    lead = math.fsum(reward - compared[sample] for sample, reward in first.rewards.items() if sample in compared)
    return first.candidate if lead > 0 else baseline


async def _validate_finalists(run: Run) -> None:
    """Validate the first of the rank in full, as long as the budget pays.

    After a race that is the leader, whoever leads then, until the leader is validated in full, and the baseline; after
    a plain search the first few, for the baseline is done already.
    """
    size = len(run.data.validation)
    last = run.state.epoch if run.state.batch else max(0, run.state.epoch - 1)
    try:
        if run.races:
            await _validate_leader(run, epoch=last)
            return
        for member in run.state.population.ranked()[:FINALISTS]:
            if len(member.rewards) < size:
                await validate(run, member.candidate, run.data.validation, epoch=last)
    except BudgetExhausted:
        run.reporter.warn_once(
            "final_validation_incomplete", "the budget did not pay the full validation of every finalist"
        )


async def _validate_leader(run: Run, *, epoch: int) -> None:
    state, samples = run.state, run.data.validation
    while (leader := state.population.best) is not None and len(leader.rewards) < len(samples):
        await validate(run, leader.candidate, samples, epoch=epoch)
    if leader is not None and leader.id != state.baseline.id:
        await validate(run, state.baseline, samples, epoch=epoch)


def _tell_winner(run: Run, winner: Candidate) -> None:
    if winner.id != run.state.best:
        run.state.best = winner.id
        mean = run.state.mean(winner.id)
        run.reporter.emit(BestChanged(candidate=winner.id, reward=mean.mean, count=mean.count))


async def _test(run: Run, winner: Candidate) -> None:
    """Let baseline and winner answer the test samples; a winning baseline answers them once."""
    baseline = run.state.baseline
    both = [baseline] if winner.id == baseline.id else [baseline, winner]
    try:
        await run.measurer.measure(both, run.data.test, split="test")
    except BudgetExhausted:
        run.reporter.warn_once("test_incomplete", "the budget did not pay the test of every sample")
    before, after = _test_rewards(run, baseline), _test_rewards(run, winner)
    if before.keys() & after.keys():  # otherwise nothing was measured, and there is nothing to say
        run.reporter.emit(compare_tested(baseline.id, before, winner.id, after))


def compare_tested(baseline: str, before: Mapping[str, float], winner: str, after: Mapping[str, float]) -> TestFinished:
    """Compare two candidates on the test samples that both have answered.

    Args:
        baseline: id of what the winner must beat.
        before: sample → the baseline's reward.
        winner: the same id, where nothing that was found ranked above the baseline.
        after: sample → the winner's reward.
    """
    common = [name for name in before if name in after]
    first, second = [before[name] for name in common], [after[name] for name in common]
    difference, test = paired_difference(first, second), paired_test(first, second)
    return TestFinished(
        baseline=_figures(baseline, mean_interval(first)),
        winner=_figures(winner, mean_interval(second)),
        difference=difference.to_json(),
        verdict="no_reliable_improvement" if winner == baseline else verdict(difference, test),
        test=test.to_json(),
    )


def _test_rewards(run: Run, candidate: Candidate) -> dict[str, float]:
    ledger = run.measurer.scorer.ledger
    known = {sample.id: ledger.known(Key(candidate.id, sample.id)) for sample in run.data.test}
    return {name: outcome.result.reward for name, outcome in known.items() if outcome is not None}


def _figures(candidate: str, interval: Interval) -> JsonObject:
    return {"candidate": candidate, **interval.to_json()}
