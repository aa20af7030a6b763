"""The racing search: keeps the lanes busy and lets proposals land, in an order that the answers alone decide.

A proposal is decided when another has landed, from what is known then, and which lands next is a matter of how often
each had to ask (:mod:`.pace`), not of who was faster. So the same answers lead to the same path, however long each
took, and a resumed run takes the path of an uninterrupted one. Near the end of a budget in calls fewer lanes are
opened, as what landed has cost, and the pace decides which of them the last calls go to.
"""

from __future__ import annotations

import asyncio

from optimizer_core.errors import BudgetExhausted
from optimizer_core.json_values import JsonObject
from optimizer_core.training.epochs import end_epoch
from optimizer_core.training.helm import Helm
from optimizer_core.training.racing.landing import land
from optimizer_core.training.racing.lane import pursue
from optimizer_core.training.racing.outcome import Outcome
from optimizer_core.training.racing.pace import Pace
from optimizer_core.training.racing.proposals import Proposal, draft
from optimizer_core.training.racing.sizes import USUAL_COST
from optimizer_core.training.reviews import ReviewDesk
from optimizer_core.training.run import Run

#: With ``epochs=None``, proposals in a row without a new candidate after which the search ends: a proposer that cannot
#: be reached costs nothing that a budget of tokens or money would count.
FRUITLESS = 50


class Lanes:
    """The proposals under way, oldest first."""

    def __init__(self, run: Run, pace: Pace) -> None:
        self._run, self._pace = run, pace
        self._open: dict[int, asyncio.Task[Outcome]] = {}
        self._drafted: dict[int, JsonObject] = {}  # those that have not landed, which more of a budget may still pay

    def __len__(self) -> int:
        return len(self._open)

    def start(self, proposal: Proposal) -> None:
        self._pace.open(proposal)
        self._open[proposal.number] = asyncio.ensure_future(pursue(self._run, proposal, self._pace))
        self._drafted[proposal.number] = proposal.to_json()

    def landed(self, proposal: Proposal) -> None:
        """Forget a proposal that has landed."""
        del self._drafted[proposal.number]
        self.note()

    def note(self) -> None:
        """Keep in the state what is under way, or was when the budget was spent: whoever goes on begins with it."""
        self._run.state.racing.drafted = list(self._drafted.values())

    @property
    def tasks(self) -> list[asyncio.Task[Outcome]]:
        return list(self._open.values())

    async def next(self) -> Outcome:
        """Wait for the proposal that lands next and return what came of it.

        Raises:
            BudgetExhausted: the budget was spent before it was finished.
            RunStopped: the run was asked to stop.
        """
        number = await self._pace.next_to_land(self._open)
        await asyncio.wait([self._open[number]])
        return self._open.pop(number).result()

    async def close(self) -> None:
        """Give up whatever is under way."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self._open.clear()

    async def drop(self) -> None:
        """Give it up for good."""
        await self.close()
        self._drafted.clear()
        self.note()


async def race_on(run: Run, desk: ReviewDesk, helm: Helm) -> str:
    """Search until the epochs are done or a callback has had enough; return which.

    Raises:
        BudgetExhausted: the budget is spent; what was finished has landed.
        RunStopped: the run was asked to stop.
    """
    pace = Pace(run)
    lanes = Lanes(run, pace)
    try:
        await _end_epoch(run, desk)  # where the budget was spent before that
        for saved in run.state.racing.drafted:
            lanes.start(Proposal.from_json(saved))
        return await _keep_busy(run, desk, helm, pace, lanes)
    finally:
        await lanes.close()


async def _keep_busy(run: Run, desk: ReviewDesk, helm: Helm, pace: Pace, lanes: Lanes) -> str:
    number = run.tried + len(lanes)
    racing, landed = run.state.racing, None
    while not _found_nothing(run):
        known = len(run.state.known)
        try:
            await helm.between_proposals()
            while len(lanes) < racing.width and _may_start(run, number, lanes):
                lanes.start(draft(run, number))
                number += 1
            if landed is not None:
                pace.close(landed)
            if not lanes:
                return _why_over(run, number)
            outcome = await lanes.next()
            landed = outcome.proposal.number
            await land(run, desk, pace, outcome)
            lanes.landed(outcome.proposal)
            racing.fruitless = 0 if len(run.state.known) > known else racing.fruitless + 1
            await _after_landing(run, desk, lanes)
        except BudgetExhausted:
            await _land_the_rest(run, desk, pace, lanes)
            raise
    return "epochs_done"


async def _after_landing(run: Run, desk: ReviewDesk, lanes: Lanes) -> None:
    if run.program.stop_training:
        await lanes.drop()
    if not await _end_epoch(run, desk):
        await run.checkpoint()
    if run.program.stop_training:  # a callback may have had enough just now
        await lanes.drop()
    if not lanes:
        await run.settle()


async def _end_epoch(run: Run, desk: ReviewDesk) -> bool:
    """Close the epoch if it is full, or the search is to stop in it; return whether it was closed."""
    state = run.state
    closes = state.batch >= run.batches_per_epoch or (run.program.stop_training and bool(state.batch))
    if closes:
        await end_epoch(run, desk, state.epoch, validation=run.race_samples(state.racing.size))
    return closes


async def _land_the_rest(run: Run, desk: ReviewDesk, pace: Pace, lanes: Lanes) -> None:
    """Land what was finished before the budget was spent, in order."""
    lanes.note()
    pace.end()
    if lanes:
        await asyncio.wait(lanes.tasks)
    while lanes:
        try:
            outcome = await lanes.next()
        except BudgetExhausted:
            continue
        await land(run, desk, pace, outcome)
        lanes.landed(outcome.proposal)


def _found_nothing(run: Run) -> bool:
    """Tell whether a search without an end has found nothing new for long, and say so."""
    found_nothing = run.settings.epochs is None and run.state.racing.fruitless >= FRUITLESS
    if found_nothing:
        run.reporter.warn_once("nothing_left_to_try", f"{FRUITLESS} proposals in a row brought nothing new")
    return found_nothing


def _may_start(run: Run, number: int, lanes: Lanes) -> bool:
    if run.program.stop_training:
        return False
    if run.settings.epochs is not None and number >= run.settings.epochs * run.batches_per_epoch:
        return False
    return _can_pay(run, lanes)


def _can_pay(run: Run, lanes: Lanes) -> bool:
    """Return True if the calls that are left will do for one more proposal beside those under way.

    What is left and what a proposal costs are reckoned from what landed: what the meter says depends on how far those
    under way have come, and in a resumed run on how far the part before had. Where none is under way, and attempts
    failed oftener at the beginning than since, less was spent than reckoned.
    """
    limit = run.meter.budget.calls
    if limit is None:
        return True
    racing = run.state.racing
    if not lanes:
        return limit - min(racing.cost, run.path_calls) > USUAL_COST
    return limit - racing.cost >= racing.usual_cost * (len(lanes) + 1)


def _why_over(run: Run, number: int) -> str:
    if run.program.stop_training:
        return run.program.stop_reason
    if run.settings.epochs is not None and number >= run.settings.epochs * run.batches_per_epoch:
        return "epochs_done"
    return "budget_spent"
