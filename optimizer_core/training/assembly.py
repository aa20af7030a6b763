"""Puts a run together: from what ``fit`` was given, or from a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer_core.budget import Budget, Meter
from optimizer_core.data.candidate import Candidate
from optimizer_core.errors import CheckpointError
from optimizer_core.json_values import JsonObject
from optimizer_core.metrics.base import Metric
from optimizer_core.models.journal import CountingJournal
from optimizer_core.optimizers.base import Optimizer
from optimizer_core.population.population import Population
from optimizer_core.rewards.base import Reward
from optimizer_core.training.checkpoints import (
    answers_from_json,
    is_only_spend,
    spend_from_json,
    state_from_json,
    with_what_was_paid_since,
)
from optimizer_core.training.holdback import SHARE_AFTER_A_RACE, USUAL_SHARE, Holdback
from optimizer_core.training.ledger import Ledger, Outcome
from optimizer_core.training.measuring import Measurer
from optimizer_core.training.reporting import Reporter
from optimizer_core.training.run import Run, Trainable
from optimizer_core.training.scoring import Scorer
from optimizer_core.training.settings import FitSettings, RunData
from optimizer_core.training.state import SearchState
from optimizer_core.training.stopping import Stopper
from optimizer_core.training.unfit import find_unfit


def prepare(
    program: Trainable,
    optimizer: Optimizer,
    reward: Reward,
    metrics: Sequence[Metric],
    data: RunData,
    settings: FitSettings,
) -> Run:
    """Check that everything needed is there, and put the run together; no call is made.

    Raises:
        ConfigurationError: something is missing; the message says what, and the way out.
        CheckpointError: ``resume_from`` is not a checkpoint of this run.
    """
    _check(program, optimizer, reward, metrics, data)
    unfit = find_unfit(program.root_module, reward, data.splits)
    saved, spend = settings.resume_from, (settings.resume_from or {}).get("spend")
    if saved is not None and is_only_spend(saved):
        saved = None
    uncertainty = optimizer.reward_uncertainty
    state = (
        _new_state(program, uncertainty, settings.initial_epoch)
        if saved is None
        else state_from_json(saved, uncertainty=uncertainty)
    )
    spent, elapsed, waited = ({}, 0.0, 0.0) if settings.resume_from is None else spend_from_json(spend or {})
    journal_end = None if saved is None else saved.get("journal_end")
    if journal_end is not None and isinstance(settings.journal, CountingJournal):
        spent = with_what_was_paid_since(spent, settings.journal.paid(journal_end))
    replayed = int((spend or {}).get("replayed", 0))
    budget = larger(settings.budget, state.steered.budget)
    meter = Meter(budget, spent=spent, elapsed=elapsed, waited=waited, replayed=replayed)
    reporter = Reporter(settings.callbacks, meter, budget)
    stopper = Stopper(settings.stop, meter)
    scorer = Scorer(
        program=program.root_module,
        reward=reward,
        ledger=Ledger(),
        meter=meter,
        concurrency=settings.concurrency,
        stopper=stopper,
        after_each=reporter.pulse,
    )
    run = Run(
        program=program,
        optimizer=optimizer,
        reward=reward,
        metrics=[metric.clone() for metric in metrics],
        data=data,
        settings=settings,
        state=state,
        meter=meter,
        holdback=Holdback(
            budget=budget,
            validation=len(data.validation),
            test=len(data.test),
            most_for_validation=SHARE_AFTER_A_RACE if optimizer.search == "racing" else USUAL_SHARE,
        ),
        reporter=reporter,
        stopper=stopper,
        measurer=Measurer(scorer=scorer, state=state, reporter=reporter),
        patience=settings.patience(),
        path_before=0.0 if saved is None else saved.get("path"),
        unfit=unfit,
    )
    if saved is not None:
        _resume(run, saved)
    return run


def larger(given: Budget, extended: JsonObject) -> Budget:
    """Return the budget of a resumed run: of each limit the larger one, as it was given and as it was extended."""
    if not extended:
        return given
    limits = {name: (getattr(given, name), limit) for name, limit in extended.items()}
    return Budget(**{name: None if None in both else max(both) for name, both in limits.items()})


def _check(program: Trainable, optimizer: Optimizer, reward: Reward, metrics: Sequence[Metric], data: RunData) -> None:
    optimizer.check(program)
    targets = all(sample.target is not None for part in (data.train, data.validation, data.test) for sample in part)
    reward.check(targets=targets, outputs=program.root_module.outputs_schema)
    for metric in metrics:
        metric.check(targets=targets)


def _new_state(program: Trainable, uncertainty: float, epoch: int) -> SearchState:
    baseline = Candidate(content=program.get_state(), operator="baseline")
    return SearchState(baseline=baseline, population=Population(uncertainty=uncertainty), epoch=epoch)


def _resume(run: Run, saved: JsonObject) -> None:
    found, wanted = saved.get("fingerprint"), run.fingerprint()
    if found != wanted:
        different = [name for name in wanted if not isinstance(found, dict) or found.get(name) != wanted[name]]
        raise CheckpointError(f"the checkpoint is of another run: {', '.join(different)} differ; fit without it")
    if not {"holdback", "answers"} <= set(saved):
        raise CheckpointError("the checkpoint is damaged: a part of it is missing")
    run.holdback.restore(saved["holdback"])
    for name, results in run.state.results.items():
        run.measurer.know(name, [Outcome(result=result) for result in results.values()])
    samples = {sample.id: sample for sample in run.data.train}
    for name, answers in saved["answers"].items():
        # Of a race, what a proposal under way has asked was paid but not told.
        told = run.state.training.get(name, {}) if run.races else None
        run.measurer.know(name, answers_from_json(answers, samples), told=told)
