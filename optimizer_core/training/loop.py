"""The loop: start, epochs, end; what ``fit`` runs."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass

from optimizer_core.data.dataset import batches
from optimizer_core.errors import BudgetExhausted, RunStopped
from optimizer_core.events import EpochStarted, RunFinished, RunStarted
from optimizer_core.training.epochs import IDLE_EPOCHS, end_epoch
from optimizer_core.training.finale import Choice, best_known, conclude
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
    choice = Choice(run.state.baseline)
    watcher = asyncio.ensure_future(run.stopper.watch())
    desk = ReviewDesk(run)
    try:
        _tell_start(run)
        ending = await _search_and_conclude(run, desk, choice)
        run.reporter.spend()
    except BaseException as error:
        cancelled = isinstance(error, asyncio.CancelledError)
        status, reason = ("stopped", "stop_requested") if cancelled else ("failed", "error")
        ending = _Ending(status, reason, message=f"{type(error).__name__}: {error}")
        run.reporter.say_goodbye(_finished(run, ending, choice), error)
        raise
    finally:
        watcher.cancel()
        await desk.close()
    run.program.assign(choice.winner.content)
    run.reporter.emit(_finished(run, ending, choice))


async def _search_and_conclude(run: Run, desk: ReviewDesk, choice: Choice) -> _Ending:
    try:
        reason = await _search(run, desk)
        await conclude(run, desk, choice)
    except RunStopped as stopped:
        choice.winner = best_known(run)
        return _Ending("stopped", "stop_requested", str(stopped))
    return _Ending("completed", reason)


async def _search(run: Run, desk: ReviewDesk) -> str:
    """Search until the epochs are done, the budget is spent or a callback has had enough; return which."""
    try:
        if run.state.started:
            run.meter.extend(run.holdback.search())
            tell_population(run, epoch=run.state.epoch)
            desk.reopen()
        else:
            run.holdback.assume()
            run.meter.extend(run.holdback.search())
            await begin(run)
        return await race_on(run, desk) if run.races else await _epochs(run, desk)
    except BudgetExhausted:
        return "budget_spent"


async def _epochs(run: Run, desk: ReviewDesk) -> str:
    idle = 0
    for epoch in itertools.count(run.state.epoch):
        if run.settings.epochs is not None and epoch >= run.settings.epochs:
            return "epochs_done"
        if run.program.stop_training:
            return run.program.stop_reason
        calls = run.meter.total.calls
        await _epoch(run, desk, epoch)
        idle = idle + 1 if run.meter.total.calls == calls else 0
        if run.settings.epochs is None and idle >= IDLE_EPOCHS:
            run.reporter.warn_once("nothing_left_to_try", f"{idle} epochs found nothing new; the search ends here")
            return "epochs_done"
    raise AssertionError("itertools.count never ends")


async def _epoch(run: Run, desk: ReviewDesk, epoch: int) -> None:
    """Do an epoch, or the rest of one that a checkpoint was written in."""
    settings, state = run.settings, run.state
    if not state.batch:
        run.reporter.emit(EpochStarted(epoch=epoch))
    drawn = batches(run.data.train, size=settings.batch_size, shuffle=settings.shuffle, rng=run.rng("shuffle", epoch))
    for batch, samples in enumerate(itertools.islice(drawn, run.batches_per_epoch)):
        if batch < state.batch:
            continue
        run.meter.check()
        await step(run, desk, samples, epoch=epoch, batch=batch)
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
