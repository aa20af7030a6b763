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
SMALLEST_SHOWN = 0.001  # of p-values
#: A p-value as large as this may well be chance.
SIGNIFICANT = 0.05
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
    SEALED = "sealed"  # nobody has asked for a test yet


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
class PairedTest:
    """The paired test of a test.finished event."""

    name: str  # mcnemar or permutation
    p_value: float
    better: int
    worse: int
    n: int

    @property
    def title(self) -> str:
        return "McNemar’s exact test" if self.name == "mcnemar" else "Paired permutation test"

    @property
    def in_words(self) -> str:
        """The p-value as people write it."""
        return _p_in_words(self.p_value)


def _p_in_words(value: float) -> str:
    return "p < 0.001" if value < SMALLEST_SHOWN else f"p = {value:.3f}"


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
    cost_per_point: float | None = None  # US dollars; nothing without a reliable gain, or where a call has no price
    test: PairedTest | None = None  # nothing from before there was one
    looks: int = 1  # how often the test rows had been looked at by then, this time included

    @property
    def is_measured(self) -> bool:
        return self.difference is not None

    @property
    def is_baseline(self) -> bool:
        """Whether nothing that was found ranked above the start."""
        return self.winner_candidate is not None and self.winner_candidate.number == 0

    @property
    def p_after_all_looks(self) -> str:
        """The p-value times the number of looks (Bonferroni): what is left of it after several tries."""
        return _p_in_words(min(1.0, self.test.p_value * self.looks)) if self.test else ""

    @property
    def overfits(self) -> bool:
        """Whether the validation mean lies above the test's whole interval: the search has fitted its rows."""
        high = self.winner.high if self.winner is not None else None
        return self.validation is not None and high is not None and self.validation.mean > high

    @property
    def gap(self) -> float | None:
        """How much lower the winner did on the test rows than on the validation rows."""
        if self.validation is None or self.winner is None:
            return None
        return self.winner.mean - self.validation.mean


def result_of(run: Run) -> Result:
    """Return what the result region of a run shows; page load and live updates use this."""
    test_rows, simulated = _test_rows(run), simulated_models(run.choices)
    if run.result is None:
        verdict = _missing(run, test_rows)
        return Result(verdict=verdict, test_rows=test_rows, simulated=simulated)
    return result_from(run, run.result)


def result_from(run: Run, payload: Mapping[str, Any], *, looks: int = 1) -> Result:
    """Return what is shown of figures like those of test.finished."""
    test_rows = _test_rows(run)
    winner = run.candidates.filter(key=payload["winner"]["candidate"]).first()
    baseline = run.candidates.filter(key=payload["baseline"]["candidate"]).first()
    comparison = None
    if winner is not None and baseline is not None and winner != baseline:
        comparison = compare(winner, baseline, "test", size=test_rows)
    difference, verdict = payload["difference"], Verdict(after_looks(payload, looks)["verdict"])
    return Result(
        verdict=verdict,
        test_rows=test_rows,
        simulated=simulated_models(run.choices),
        baseline=Estimate.of_payload(payload["baseline"]),
        winner=Estimate.of_payload(payload["winner"]),
        difference=Difference(
            mean=difference["mean"], low=difference["low"], high=difference["high"], n=difference["n"]
        ),
        winner_candidate=winner,
        validation=Estimate.of_candidate(winner) if winner is not None else None,
        comparison=comparison,
        cost_per_point=_cost_per_point(run, difference["mean"]) if verdict == Verdict.IMPROVED else None,
        test=PairedTest(**payload["test"]) if payload.get("test") else None,
        looks=looks,
    )


def after_looks(payload: Mapping[str, Any], looks: int) -> dict[str, Any]:
    """Return figures like those of test.finished with the verdict that holds after so many looks at the test rows.

    Who may look again until something does well finds it in the end, so the p-value counts once for each look.
    """
    test = payload.get("test")
    is_chance = test and min(1.0, test["p_value"] * looks) >= SIGNIFICANT
    if payload["verdict"] == Verdict.IMPROVED and is_chance:
        return {**payload, "verdict": Verdict.NO_RELIABLE_IMPROVEMENT.value}
    return dict(payload)


def simulated_models(choices: RunConfiguration) -> tuple[str, ...]:
    """Return the models of a run that are not real, each once."""
    models = choices.models
    names = (models.task, models.proposer, models.judge, models.embedding)
    return tuple(dict.fromkeys(name for name in names if name.startswith(SIMULATED)))


def _test_rows(run: Run) -> int:
    return int(run.dataset_version.counts.get("test", 0)) or run.dataset_version.split_sizes()["test"]


def _missing(run: Run, test_rows: int) -> Verdict:
    if not test_rows:
        return Verdict.NO_TEST
    if not run.choices.test_at_end:
        return Verdict.SEALED
    return Verdict.NOT_MEASURED if run.run_state.is_over else Verdict.NOT_YET


def _cost_per_point(run: Run, gain: float) -> float | None:
    # A gain smaller than half a point is noise, and dividing by it gives a number that means nothing; so does a sum
    # that lacks the money of some calls.
    is_known = run.cost > 0 and not run.unpriced_calls
    return run.cost / (gain / POINT) if is_known and gain >= POINT / 2 else None


def _percent(value: float) -> float:
    return round(100 * min(1.0, max(0.0, value)), 2)
