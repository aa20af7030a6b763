"""How wide, how long and how thorough a racing search is."""

from __future__ import annotations

import math

from optimizer_core.training.run import Run

#: The fewest samples of a race that are asked at once.
LEAST_CHUNK = 8
#: Groups of failures that are rewritten for before what came of it is tried.
SWEEP = 4
#: Failures that a sweep should have to work with; training samples that are asked for them at once, and at most.
FAILURES, LOOK, MOST_LOOKED_AT = 8, 8, 24
#: Samples under way for each proposal: few, so that all slots answer while some proposals think or wait to land.
SLOTS_PER_LANE = 1
#: The share of the calls that are left that races may cost as they get longer, each; and of the purse of one proposal.
SHARE_OF_REST, MOST_OF_PURSE = 0.12, 0.3
#: How many generations of proposals a budget in calls should at least pay.
GENERATIONS = 40
#: What a proposal that loses early costs, in calls.
USUAL_COST = 14
#: The step forward that a race must be able to show, as a share of what the leader still lacks, and its bounds.
STEP = 1 / 3
LEAST_STEP, MOST_STEP = 0.02, 0.1
#: By how many standard deviations such a step must stand out.
POWER = 1.3
#: Variance of a paired difference before any is known.
USUAL_SPREAD = 0.12


def chunk_size(minibatch_size: int) -> int:
    """Return how many samples of a race are asked at once."""
    return max(LEAST_CHUNK, minibatch_size)


def race_size(spread: float, leader: float, *, chunk: int) -> int:
    """Return how many samples show a step forward: ``n = spread · (POWER / step)²``, at least two chunks.

    Args:
        spread: variance of the paired difference on one sample.
        leader: mean reward of the best so far; the step is a third of what it lacks to 1.
        chunk: samples that are asked at once.
    """
    step = min(MOST_STEP, max(LEAST_STEP, STEP * (1 - leader)))
    return max(2 * chunk, math.ceil(spread * (POWER / step) ** 2))


def calls_left(run: Run) -> float | None:
    """Return the calls that are left to the search, reckoned from what landed; None where nobody counts them."""
    limit = run.meter.budget.calls
    return None if limit is None else max(0.0, limit - run.state.racing.cost)


def affordable(calls: float, *, share: float, run: Run) -> int:
    """Return how many samples a race may have that costs a share of so many calls, at least two chunks."""
    return max(2 * chunk_size(run.settings.minibatch_size), int(calls * share / run.holdback.calls_each))


def most_calls_a_round(run: Run) -> float:
    """Return the calls that a lane asks for at once, at most: samples of a race, or all that a sweep was shown."""
    chunk = chunk_size(run.settings.minibatch_size)
    shown = SWEEP * (run.racer.nb_best_predictions + run.racer.nb_worst_predictions)
    return max(2 * chunk, LOOK, run.settings.batch_size, shown) * run.holdback.calls_each


def first_width(run: Run) -> int:
    """Return how many proposals are under way at once: what keeps the slots busy, and fewer where calls are scarce.

    A budget that pays few proposals is better spent one after the other, each learning from the last.
    """
    wanted: int | None = run.racer.proposals_in_flight
    if wanted is not None:
        return wanted
    width = max(1, run.settings.concurrency // SLOTS_PER_LANE)
    limit = run.meter.budget.calls
    if limit is not None:
        width = min(width, int((limit - run.meter.path.calls) / USUAL_COST / GENERATIONS))
    return max(1, width)
