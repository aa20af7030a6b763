"""The loop: start, epochs, end; what ``fit`` runs."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass

from optimizer_core.data.dataset import batches
from optimizer_core.errors import BudgetExhausted, RunStopped
from optimizer_core.events import EpochStarted, RunFinished, RunStarted
from optimizer_core.training.collecting import collecting_seldom
from optimizer_core.training.epochs import IDLE_EPOCHS, end_epoch
from optimizer_core.training.finale import Choice, best_known, conclude
from optimizer_core.training.helm import Helm
from optimizer_core.training.racing.search import race_on
from optimizer_core.training.reviews import ReviewDesk
from optimizer_core.training.run import Run
from optimizer_core.training.start import begin, tell_population
from optimizer_core.training.step import step


@dataclass(frozen=True, slots=True)
class _Ending:
    status: str
    reason: str
    message: str = ""


async def train(run: Run) -> None:
    """Do a whole run: search, conclude, write the winner into the program, and say how it ended.

    Raises:
        OptimizerError: the run failed; ``run.finished`` has been told.
    """
    with collecting_seldom():
        await _train(run)


async def _train(run: Run) -> None:
    choice = Choice(run.state.baseline)
    watcher = asyncio.ensure_future(run.stopper.watch())
    desk = ReviewDesk(run)
    helm = Helm(run, desk)
    helmsman = asyncio.ensure_future(helm.watch())
    try:
        _tell_start(run)
        ending = await _search_and_conclude(run, desk, helm, choice)
        if helmsman.done():
            helmsman.result()  # it ends by itself only where it failed
        run.reporter.spend()
    except BaseException as error:
        cancelled = isinstance(error, asyncio.CancelledError)
        status, reason = ("stopped", "stop_requested") if cancelled else ("failed", "error")
        ending = _Ending(status, reason, message=f"{type(error).__name__}: {error}")
        run.reporter.say_goodbye(_finished(run, ending, choice), error)
        raise
    finally:
        watcher.cancel()
        helmsman.cancel()
        await asyncio.gather(helmsman, return_exceptions=True)
        await desk.close()
    run.program.assign(choice.winner.content)
    run.reporter.emit(_finished(run, ending, choice))


async def _search_and_conclude(run: Run, desk: ReviewDesk, helm: Helm, choice: Choice) -> _Ending:
    try:
        reason = await _search(run, desk, helm)
        helm.search_is_over()
        await run.end_search(reason)
        await conclude(run, desk, choice)
    except RunStopped as stopped:
        choice.winner = best_known(run)
        return _Ending("stopped", "stop_requested", str(stopped))
    return _Ending("completed", reason)


async def _search(run: Run, desk: ReviewDesk, helm: Helm) -> str:
    """Search until the epochs are done, the budget is spent for good or somebody has had enough; return which."""
    try:
        await _enter(run, desk, helm)
    except BudgetExhausted:
        return "budget_spent"
    if run.search_ended:
        return run.search_ended
    while (reason := await _go_on(run, desk, helm)) == "budget_spent" and await helm.budget_is_extended():
        pass
    return reason


async def _enter(run: Run, desk: ReviewDesk, helm: Helm) -> None:
    if not run.state.started:
        run.holdback.assume()
    run.allow(run.holdback.search)
    helm.look()
    if run.state.started:
        tell_population(run, epoch=run.state.epoch)
        desk.reopen()
    else:
        await begin(run)


async def _go_on(run: Run, desk: ReviewDesk, helm: Helm) -> str:
    try:
        return await race_on(run, desk, helm) if run.races else await _epochs(run, desk, helm)
    except BudgetExhausted:
        return "budget_spent"


async def _epochs(run: Run, desk: ReviewDesk, helm: Helm) -> str:
    for epoch in itertools.count(run.state.epoch):
        if run.settings.epochs is not None and epoch >= run.settings.epochs:
            return "epochs_done"
        if run.program.stop_training:
            return run.program.stop_reason
        if run.settings.epochs is None and _found_nothing(run):
            return "epochs_done"
        await _epoch(run, desk, helm, epoch)
    raise AssertionError("itertools.count never ends")


def _found_nothing(run: Run) -> bool:
    """Tell whether the last few epochs asked nothing, and say so."""
    state = run.state
    found_nothing = not state.batch and state.idle >= IDLE_EPOCHS * run.batches_per_epoch
    if found_nothing:
        run.reporter.warn_once("nothing_left_to_try", f"{IDLE_EPOCHS} epochs found nothing new; the search ends here")
    return found_nothing


async def _epoch(run: Run, desk: ReviewDesk, helm: Helm, epoch: int) -> None:
    """Do an epoch, or the rest of one that a checkpoint was written in."""
    settings, state = run.settings, run.state
    await helm.between_proposals()
    if not state.batch:
        run.reporter.emit(EpochStarted(epoch=epoch))
    drawn = batches(run.data.train, size=settings.batch_size, shuffle=settings.shuffle, rng=run.rng("shuffle", epoch))
    for batch, samples in enumerate(itertools.islice(drawn, run.batches_per_epoch)):
        if batch < state.batch:
            continue
        run.meter.check()
        await step(run, desk, samples, epoch=epoch, batch=batch)
        await helm.between_proposals()
        if run.program.stop_training:
            break
    await end_epoch(run, desk, epoch, validation=run.data.validation)


def _tell_start(run: Run) -> None:
    settings = run.settings
    run.reporter.emit(
        RunStarted(
            optimizer=run.optimizer.identifier,
            configuration={
                **settings.configuration,
                "optimizer": run.optimizer.config(),
                "reward": run.reward.name,
            },
            sizes=run.data.sizes,
            seed=settings.seed,
            variables=tuple(
                {
                    "name": variable.name,
                    "description": variable.description,
                    "schema": variable.schema.json_schema,
                    "trainable": True,
                }
                for variable in run.program.trainable_variables
            ),
            epochs=settings.epochs,
            batches=run.batches_per_epoch,
            resumed=run.state.started,
        )
    )


def _finished(run: Run, ending: _Ending, choice: Choice) -> RunFinished:
    return RunFinished(
        status=ending.status,
        reason=ending.reason,
        best=choice.winner.id,
        baseline=run.state.baseline.id,
        message=ending.message,
    )
