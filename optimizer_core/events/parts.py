"""What events hold more than one of: results of samples, who stays in the population and who leaves it."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer_core.json_values import JsonObject
from optimizer_core.records import quick_dataclass


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class SampleResult:
    """What one candidate did with one sample."""

    sample: str  # id of the sample, "validation-12"
    reward: float  # 0.0 where the sample failed
    output: JsonObject | None = None  # None where the sample failed
    feedback: str = ""  # what the reward said beside the number
    error: str = ""  # why the sample failed; empty where it did not
    questions: tuple[str, ...] = ()  # keys of the journal's entries that this came from, in order

    @classmethod
    def from_json(cls, saved: JsonObject) -> SampleResult:
        return cls(**{**saved, "questions": tuple(saved.get("questions", ()))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A candidate that stays in the population, best first."""

    candidate: str
    reward: float  # running mean
    count: int
    score: float  # lower confidence bound, what the rank is made of
    novelty: float | None = None  # mean distance to the fitter neighbours; None: nothing is fitter
    reason: str = ""  # kept because: not_dominated, fittest, ranked, only_one, pinned


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A candidate that left the population."""

    candidate: str
    reason: str  # dominated, truncated, clone or replaced
    by: str | None = None  # the fitter candidate
    distance: float | None = None  # to that candidate
