"""Where candidates lie: told for maps of the search, with the vectors that the competition is measured with."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer_core.data.candidate import Candidate
from optimizer_core.errors import BudgetExhausted, ModelError, ModelOutOfReach
from optimizer_core.events import CandidateEmbedded
from optimizer_core.json_values import content_hash
from optimizer_core.population.distance import clean_content, leaves
from optimizer_core.population.vectors import pack
from optimizer_core.training.racing.state import RacingState
from optimizer_core.training.run import Run

#: Questions to an embedding model, of many texts each, that newcomers take together, as a rule.
EMBEDDING_CALLS = 1
#: Digits of what a text is remembered by.
TEXT_HASH = 12


async def tell_places(run: Run) -> None:
    """Tell where every candidate lies that was proposed since the last time, also those that lost their race.

    They are embedded together with the members of the competition, so that it takes no more calls. Nothing but maps
    needs this: where it fails, it is tried again with the next competition, which itself says what is wrong.

    Raises:
        RunStopped: the run was asked to stop.
    """
    pending = list(run.state.unplaced.values())
    if not pending:
        return
    members = [member.candidate for member in run.state.population.ranked()]
    try:
        vectors = await run.stopper.guard(run.optimizer.place([*pending, *members], run.meter))
    except ModelOutOfReach:
        raise
    except (ModelError, BudgetExhausted):
        return
    if vectors is not None and run.races:
        _reckon(run.state.racing, pending)
    for candidate, vector in zip(pending, vectors or (), strict=False):
        run.reporter.emit(CandidateEmbedded(candidate=candidate.id, vector=pack(vector)))
    run.state.unplaced.clear()


def _reckon(racing: RacingState, placed: Sequence[Candidate]) -> None:
    """Add what it cost to the costs of a race, where there was a text that no candidate before had.

    Reckoned, not counted: what it really took depends on what was kept from an earlier part of the run.
    """
    contents = [variable for candidate in placed for variable in candidate.content.values()]
    texts = {content_hash(text, length=TEXT_HASH) for content in contents for text in leaves(clean_content(content))}
    if not texts <= racing.embedded:
        racing.cost += EMBEDDING_CALLS
        racing.embedded |= texts
