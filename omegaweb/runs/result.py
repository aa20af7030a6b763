"""The honest number of a run: baseline and winner on test rows that no earlier step touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from omegaweb.runs.comparison import Comparison, compare
from omegaweb.runs.configuration import RunConfiguration
from omegaweb.runs.models import Candidate, Run

#: One point of reward: what the cost of an improvement is divided by.
POINT = 0.01
#: Models whose name begins so answer without a model behind them.
SIMULATED = "simulated/"


class Verdict(StrEnum):
    """What may be said of a run's result, or why nothing may be said yet."""

    IMPROVED = "improved"
    NO_RELIABLE_IMPROVEMENT = "no_reliable_improvement"
    WORSE = "worse"
    NOT_YET = "not_yet"  # the run is under way
    NO_TEST = "no_test"  # the dataset version has no test rows
    NOT_MEASURED = "not_measured"  # the run ended before the test


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over `n` samples with its 95 % interval."""

    mean: float
    low: float | None
    high: float | None
    n: int

    @classmethod
    def of_candidate(cls, candidate: Candidate) -> Estimate | None:
        """Return a candidate's mean on validation samples; nothing before it is scored."""
        if candidate.reward is None or not candidate.count:
            return None
        return cls(mean=candidate.reward, low=candidate.low, high=candidate.high, n=candidate.count)

    @classmethod
    def of_payload(cls, payload: Mapping[str, Any]) -> Estimate:
        """Read one side of a test.finished event."""
        return cls(mean=payload["mean"], low=payload["low"], high=payload["high"], n=payload["n"])

    # Places on an axis from 0 to 1, in percent, for the drawing.
    @property
    def at(self) -> float:
        return _percent(self.mean)

    @property
    def starts_at(self) -> float:
        return _percent(self.mean if self.low is None else self.low)

    @property
    def width(self) -> float:
        return max(0.0, _percent(self.mean if self.high is None else self.high) - self.starts_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Estimate):
    """The paired difference of two means; its axis goes from −1 to 1."""

    @property
    def at(self) -> float:
        return _percent((self.mean + 1) / 2)

    @property
    def starts_at(self) -> float:
        return _percent(((self.mean if self.low is None else self.low) + 1) / 2)

    @property
    def width(self) -> float:
        return max(0.0, _percent(((self.mean if self.high is None else self.high) + 1) / 2) - self.starts_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything the result region shows."""

    verdict: Verdict
    test_rows: int
    simulated: tuple[str, ...] = ()
    baseline: Estimate | None = None
    winner: Estimate | None = None
    difference: Difference | None = None
    winner_candidate: Candidate | None = None
    validation: Estimate | None = None  # the winner's, to be compared with its test mean
    comparison: Comparison | None = None  # sample by sample; nothing where the winner is the baseline
    cost_per_point: float | None = None  # US dollars; nothing without a gain or a price

    @property
    def is_measured(self) -> bool:
        return self.difference is not None

    @property
    def is_baseline(self) -> bool:
        """Whether nothing that was found ranked above the start."""
        return self.winner_candidate is not None and self.winner_candidate.number == 0

    @property
    def gap(self) -> float | None:
        """How much lower the winner did on the test rows than on the validation rows."""
        if self.validation is None or self.winner is None:
            return None
        return self.winner.mean - self.validation.mean


def result_of(run: Run) -> Result:
    """Return what the result region of a run shows; page load and live updates use this."""
    test_rows = int(run.dataset_version.counts.get("test", 0)) or run.dataset_version.split_sizes()["test"]
    simulated = simulated_models(run.choices)
    if run.result is None:
        verdict = _missing(run, test_rows)
        return Result(verdict=verdict, test_rows=test_rows, simulated=simulated)
    payload = run.result
    winner = run.candidates.filter(key=payload["winner"]["candidate"]).first()
    baseline = run.candidates.filter(key=payload["baseline"]["candidate"]).first()
    comparison = None
    if winner is not None and baseline is not None and winner != baseline:
        comparison = compare(winner, baseline, "test", size=test_rows)
    difference = payload["difference"]
    return Result(
        verdict=Verdict(payload["verdict"]),
        test_rows=test_rows,
        simulated=simulated,
        baseline=Estimate.of_payload(payload["baseline"]),
        winner=Estimate.of_payload(payload["winner"]),
        difference=Difference(
            mean=difference["mean"], low=difference["low"], high=difference["high"], n=difference["n"]
        ),
        winner_candidate=winner,
        validation=Estimate.of_candidate(winner) if winner is not None else None,
        comparison=comparison,
        cost_per_point=_cost_per_point(run, difference["mean"]),
    )


def simulated_models(choices: RunConfiguration) -> tuple[str, ...]:
    """Return the models of a run that are not real, each once."""
    models = choices.models
    names = (models.task, models.proposer, models.judge, models.embedding)
    return tuple(dict.fromkeys(name for name in names if name.startswith(SIMULATED)))


def _missing(run: Run, test_rows: int) -> Verdict:
    if not test_rows:
        return Verdict.NO_TEST
    return Verdict.NOT_MEASURED if run.run_state.is_over else Verdict.NOT_YET


def _cost_per_point(run: Run, gain: float) -> float | None:
    # A gain smaller than half a point is noise, and dividing by it gives a number that means nothing.
    return run.cost / (gain / POINT) if run.cost > 0 and gain >= POINT / 2 else None


def _percent(value: float) -> float:
    return round(100 * min(1.0, max(0.0, value)), 2)
