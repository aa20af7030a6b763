"""Who would survive among the candidates of a run: the library's laws of competition, asked from the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from omegaweb.engine.choices import card_of
from omegaweb.engine.nearness import distances, unpacked
from omegaweb.runs.models import Run
from optimizer_core.data.candidate import RunningMean
from optimizer_core.population.dominated_novelty import Standing, by_fitness, by_novelty, by_radius

RULES = ("dns", "dns-rank", "ga")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A candidate that could compete."""

    number: int
    mean: float
    count: int
    vector: bytes | memoryview


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """What would become of one candidate."""

    kept: bool
    reason: str
    by: int | None = None  # number of the fitter one
    distance: float | None = None  # to that one
    novelty: float | None = None  # mean distance to the nearest fitter ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How a run measures: what its laws of competition need beside the candidates."""

    rule: str  # the one of the run itself
    nearest: int  # fitter neighbours that count
    size: int  # of the population
    uncertainty: float  # how much a mean of few rows is distrusted
    by_words: bool

    @property
    def radius(self) -> float:
        return 1 / self.nearest

    @classmethod
    def of(cls, run: Run) -> Measure:
        """Read it from the settings of a run; one that does not compete by distance gets OMEGA's defaults."""
        chosen = run.choices.optimizer
        settings = {**card_of("omega").defaults(), **card_of(chosen.kind).defaults(), **chosen.parameters}
        return cls(
            rule=settings["algorithm"] if chosen.kind == "omega" else "ga",
            nearest=settings["k_nearest_fitter"],
            size=settings["population_size"],
            uncertainty=settings["reward_uncertainty"],
            by_words=not chosen.measures_distance,
        )


def survivors(contestants: Sequence[Contestant], rule: str, measure: Measure) -> dict[int, Survival]:
    """Return what would become of each candidate, by number, if all of them competed now by one rule.

    They are ranked as in a run: by the cautious score, then by more rows, then the newer one first.
    """
    scores = {each.number: _score(each, measure) for each in contestants}
    ranked = sorted(contestants, key=lambda each: (-scores[each.number], -each.count, -each.number))
    if not ranked:
        return {}
    fitness = [scores[each.number] for each in ranked]
    standings = _standings(fitness, ranked, rule, measure)
    return {each.number: _survival(standing, ranked) for each, standing in zip(ranked, standings, strict=True)}


def _standings(fitness: list[float], ranked: list[Contestant], rule: str, measure: Measure) -> list[Standing]:
    if rule == "ga":
        return by_fitness(fitness, size=measure.size)
    vectors = unpacked(each.vector for each in ranked)
    apart = partial(distances, by_words=measure.by_words)
    law = by_radius if rule == "dns" else by_novelty
    return law(
        fitness,
        lambda start, stop, columns: apart(vectors[start:stop], vectors[:columns]),
        k_nearest_fitter=measure.nearest,
        size=measure.size,
    )


def _score(contestant: Contestant, measure: Measure) -> float:
    return RunningMean(mean=contestant.mean, count=contestant.count).lower_bound(measure.uncertainty)


def _survival(standing: Standing, ranked: list[Contestant]) -> Survival:
    return Survival(
        kept=standing.kept,
        reason=standing.reason,
        by=None if standing.by is None else ranked[standing.by].number,
        distance=standing.distance,
        novelty=standing.novelty,
    )
