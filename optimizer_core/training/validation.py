"""Validation: a candidate answers validation samples; only what is missing is paid."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.events import ValidationFinished
from optimizer_core.json_values import JsonObject
from optimizer_core.training.logs import logs_of, results_of
from optimizer_core.training.run import Run


async def validate(run: Run, candidate: Candidate, samples: Sequence[Sample], *, epoch: int) -> JsonObject:
    """Let a candidate answer validation samples, tell it, and return the logs.

    Raises:
        BudgetExhausted: the budget is spent; what is finished is kept.
        RunStopped: the run was asked to stop; likewise.
    """
    (answered,) = await run.measurer.measure((candidate,), samples, split="validation")
    by_id = {sample.id: sample for sample in samples}
    logs = await logs_of(results_of(answered), by_id, run.metrics, meter=run.meter, prefix="val_")
    run.reporter.emit(ValidationFinished(epoch=epoch, candidate=candidate.id, logs=logs))
    return logs
