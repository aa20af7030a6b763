"""The end of an epoch: the competition, and what is told about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from optimizer_core.errors import ModelError, ModelOutOfReach
from optimizer_core.events import PopulationUpdated, Removed, Survivor
from optimizer_core.population.dominated_novelty import Standing, by_fitness
from optimizer_core.population.population import Member, Population
from optimizer_core.training.placing import tell_places
from optimizer_core.training.run import Run


async def compete(run: Run, *, epoch: int) -> None:
    """Let all members compete; the survivors, among them whoever is pinned, are the parents of the next epoch.

    An embedding model that fails does not end the run: this once the fittest survive, and a warning says so.

    Raises:
        BudgetExhausted: the budget is spent.
        RunStopped: the run was asked to stop.
    """
    population = run.state.population
    ranked = population.ranked()
    await tell_places(run)
    try:
        standings = await run.stopper.guard(run.optimizer.compete(ranked, population, run.meter))
    except ModelOutOfReach:
        raise
    except ModelError as error:
        run.reporter.warn_once("competition_failed", f"distances could not be measured, the fittest survive: {error}")
        scores = [population.score(member) for member in ranked]
        standings = by_fitness(scores, size=run.optimizer.population_size)
    pinned = run.state.steered.pinned
    standings = [
        replace(standing, kept=True, reason="pinned") if member.id in pinned and not standing.kept else standing
        for member, standing in zip(ranked, standings, strict=True)
    ]
    survivors, removed = survivors_and_removed(population, ranked, standings)
    population.keep(survivor.candidate for survivor in survivors)
    run.reporter.emit(PopulationUpdated(epoch=epoch, survivors=survivors, removed=removed))


def survivors_and_removed(
    population: Population, ranked: Sequence[Member], standings: Sequence[Standing]
) -> tuple[tuple[Survivor, ...], tuple[Removed, ...]]:
    """Return what an event says about each member, best first."""
    pairs = list(zip(ranked, standings, strict=True))
    survivors = tuple(
        population.survivor(member, novelty=standing.novelty, reason=standing.reason)
        for member, standing in pairs
        if standing.kept
    )
    removed = tuple(
        Removed(
            candidate=member.id,
            reason=standing.reason,
            by=None if standing.by is None else ranked[standing.by].id,
            distance=standing.distance,
        )
        for member, standing in pairs
        if not standing.kept
    )
    return survivors, removed
