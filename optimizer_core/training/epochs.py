"""The end of an epoch, the same for every search: logs, validation of the best, competition."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer_core.data.dataset import Sample
from optimizer_core.events import EpochFinished
from optimizer_core.json_values import JsonObject
from optimizer_core.training.logs import logs_of
from optimizer_core.training.reviews import ReviewDesk
from optimizer_core.training.run import Run
from optimizer_core.training.survival import compete
from optimizer_core.training.validation import validate

#: With ``epochs=None``, epochs without any call after which there is nothing left to try.
IDLE_EPOCHS = 10


async def end_epoch(run: Run, desk: ReviewDesk, epoch: int, *, validation: Sequence[Sample]) -> None:
    """Close an epoch.

    Args:
        run: the run.
        desk: holds the open reviews; verdicts that have come are applied.
        epoch: counted from 0.
        validation: samples that the best is validated on, every ``validation_freq`` epochs.

    Raises:
        BudgetExhausted: the budget is spent.
        RunStopped: the run was asked to stop.
    """
    state, asked = run.state, run.asked
    await desk.collect()
    samples = {sample.id: sample for sample in run.data.train}
    logs: JsonObject = await logs_of(state.epoch_results, samples, run.metrics, meter=run.meter)
    best = state.population.best
    if (epoch + 1) % run.settings.validation_freq == 0 and best is not None:
        validated = await validate(run, best.candidate, validation, epoch=epoch)
        logs |= {"val_n" if name == "n" else name: value for name, value in validated.items()}
    await compete(run, epoch=epoch)
    run.tell_best()
    state.epoch, state.batch = epoch + 1, 0
    if run.asked != asked:
        state.idle = 0
    state.epoch_results.clear()
    state.pool.clear()
    run.reporter.emit(EpochFinished(epoch=epoch, logs=logs))
    await run.checkpoint()
