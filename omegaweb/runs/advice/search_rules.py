"""Rules about the search: it waits for people, is stuck, its population is all alike, its proposals mend nothing."""

from __future__ import annotations

from omegaweb.runs.advice.measured import Measured
from omegaweb.runs.advice.piece import Advice, tuned
from omegaweb.runs.wording import two_places

#: Proposals in a row without a new best, and the share of all calls that they took.
STUCK_AFTER = 10
STUCK_SHARE = 0.3
#: Mean distance, from 0 to 1, below which members say nearly the same.
ALIKE = 0.05
FEWEST_DISTANCES = 3
#: A population of one or two after so many proposals has collapsed too.
TRIED_ENOUGH = 10
COLLAPSED_TO = 2
#: Proposals that make a share of them mean something.
FEWEST_PROPOSALS = 8
MENDING_SHARE = 0.6
WARM = 0.6  # temperatures that the help of the form calls raised
EXPLORING = 0.6
#: So many candidates before a closed door are what keeps the population small, whatever else is measured.
HELD_UP = 3


def held_up(measured: Measured) -> Advice | None:
    """Candidates wait for people, so nothing new can be a parent or lead."""
    if measured.waiting < HELD_UP:
        return None
    best = _the_best(measured.best_waiting)
    said = f"{measured.waiting} candidates wait for a person{best}; {measured.members} in the population."
    if measured.has_searched:
        return Advice(
            code="held_up",
            title="The result waits for decisions",
            measured=said,
            meaning="The search is over, so nothing will be made from them any more, but whatever is approved now can "
            "still become the result. Decide about the best one first.",
        )
    return Advice(
        code="held_up",
        title="The search waits for decisions",
        measured=said,
        meaning="What waits is no parent yet, so proposals start from the same few texts and calls are spent on more "
        "of the same. Decide about the best one first: the next proposals build on it.",
    )


def _the_best(reward: float | None) -> str:
    return "" if reward is None else f", the best of them with {two_places(reward)}"


def left_out(measured: Measured) -> Advice | None:
    """The run ended without candidates that nobody had decided about."""
    if measured.left_out < HELD_UP:
        return None
    best = _the_best(measured.best_left_out)
    return Advice(
        code="left_out",
        title="Candidates were left out because nobody decided",
        measured=f"{measured.left_out} candidates waited for a person until the end{best}; {measured.members} in the "
        "population.",
        meaning="What waits is no parent, so the search went on from few texts, and nothing here says how far it could "
        "have come. Decide while the run goes on, give reviews a time limit, or ask only about what is released.",
    )


def stuck(measured: Measured) -> Advice | None:
    """No new best for many proposals and a good part of the calls, and no person who keeps one waiting."""
    if not measured.calls or measured.since_best < STUCK_AFTER or _undecided(measured) or _better_waits(measured):
        return None
    share = (measured.calls - measured.calls_at_best) / measured.calls
    if share < STUCK_SHARE:
        return None
    size = measured.parameter("population_size")
    temperature = measured.parameter("mutation_temperature")
    warmer = tuned(measured, "mutation_temperature", WARM) if temperature is not None and temperature < WARM else ()
    return Advice(
        code="stuck",
        title=f"No new best for {measured.since_best} proposals",
        measured=f"{measured.since_best} of {measured.proposals} proposals came after the best so far, and "
        f"{share * 100:.0f} % of {measured.calls:,} calls.",
        meaning="The search may sit on a local best. Warmer rewriting and a larger population try "
        "what is farther away.",
        changes=warmer + (tuned(measured, "population_size", size * 2) if isinstance(size, int) else ()),
    )


def collapsed(measured: Measured) -> Advice | None:
    """The members of the population are alike, or hardly any are left although none waits to be let in."""
    distances = measured.novelties
    nearby = len(distances) >= FEWEST_DISTANCES and sum(distances) / len(distances) < ALIKE
    small = measured.members > 0 and measured.members + measured.competing <= COLLAPSED_TO
    few = small and measured.proposals >= TRIED_ENOUGH and not _undecided(measured)
    if not (nearby or few):
        return None
    said = f"{measured.members} in the population after {measured.proposals} proposals"
    if nearby:
        said += f"; mean distance to fitter neighbours {sum(distances) / len(distances):.3f} (n {len(distances)})"
    neighbours, temperature = measured.parameter("k_nearest_fitter"), measured.parameter("selection_temperature")
    wider = tuned(measured, "k_nearest_fitter", neighbours * 2) if isinstance(neighbours, int) else ()
    hotter = (
        tuned(measured, "selection_temperature", EXPLORING)
        if temperature is not None and temperature < EXPLORING
        else ()
    )
    return Advice(
        code="collapsed",
        title="The population has become alike",
        measured=f"{said}.",
        meaning="Rewriting what is alike finds little new. Dominated novelty with a larger K keeps more variety, and a "
        "higher selection temperature lets weaker candidates be parents.",
        changes=tuned(measured, "algorithm", "dns") + wider + hotter,
    )


def mends_nothing(measured: Measured) -> Advice | None:
    """Most proposals mend nothing of what their parent failed on."""
    if measured.proposals < FEWEST_PROPOSALS or measured.mending_nothing / measured.proposals < MENDING_SHARE:
        return None
    shown = measured.parameter("nb_worst_predictions")
    return Advice(
        code="mends_nothing",
        title="Most proposals mend nothing",
        measured=f"{measured.mending_nothing} of {measured.proposals} proposals mended nothing of what their parent "
        "failed on.",
        meaning="The proposing model does not see what goes wrong, or cannot say how to mend it. Show it more "
        "failures, or choose a more capable proposing model; a note to the proposer may help this run at once.",
        changes=tuned(measured, "nb_worst_predictions", shown * 2) if isinstance(shown, int) and shown else (),
    )


def _better_waits(measured: Measured) -> bool:
    """Whether the search has found a better one, which only waits for a yes."""
    if measured.best_waiting is None or measured.best is None:
        return False
    return measured.best_waiting > measured.best


def _undecided(measured: Measured) -> bool:
    """Whether people, not the search, keep or kept the population small."""
    return max(measured.waiting, measured.left_out) >= HELD_UP
