"""The order in which lanes spend a budget in calls, so that where it ends depends on the answers alone.

A lane works in rounds: it asks, waits for the answers, asks again. Round r of every lane comes before round r + 1 of
any, within a round older lanes come first, and between two rounds land the lanes that were done with the first of
them. So a short proposal lands before an older one that takes longer, and its place goes to the next. What the budget
does not pay any more is the first in this order that is too dear: all that comes before it is asked, and nothing that
comes after it, whoever was faster.

So that lanes need not wait for each other while there is plenty, one may be as far ahead of the hindmost as the rest
surely pays for everything that can still come before it. Only the last calls of a budget are spent in step.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from optimizer_core.data.candidate import Candidate
from optimizer_core.data.dataset import Sample
from optimizer_core.errors import BudgetExhausted
from optimizer_core.training.ledger import Key
from optimizer_core.training.measuring import Answered
from optimizer_core.training.placing import EMBEDDING_CALLS
from optimizer_core.training.racing.proposals import Proposal
from optimizer_core.training.racing.sizes import most_calls_a_round
from optimizer_core.training.run import Run


@dataclass(slots=True)
class _Purse:
    """What one lane has asked for, and in which round it asks next."""

    number: int
    round: int
    asked: set[Key] = field(default_factory=set)
    proposals: int = 0  # calls to a proposer
    waits: bool = False  # it wants to ask, and may not yet
    finished: bool = False

    @property
    def place(self) -> tuple[int, int, int]:
        """Where in the order the next that it does comes, at the earliest: a question, or after a round its landing."""
        return (self.round, 0, self.number) if self.waits else (self.round - 1, 1, self.number)


@dataclass(slots=True, order=True)
class _Wish:
    """What a lane wants to ask and may not yet."""

    round: int
    number: int
    keys: Collection[Key] = field(compare=False)
    proposals: int = field(compare=False)
    granted: asyncio.Future[None] = field(compare=False)


class Pace:
    """Lets lanes ask, in order where the budget is short."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._each = run.holdback.calls_each  # calls of a question; known since the baseline was measured
        self._most_of_round = most_calls_a_round(run)
        # The leader answers the rows of a longer race, and some texts are embedded.
        self._most_of_landing = len(run.data.validation) * self._each + EMBEDDING_CALLS
        self._purses: dict[int, _Purse] = {}  # by the number of the proposal, oldest first
        self._wishes: list[_Wish] = []  # a heap
        self._counted = run.measurer.reported()  # questions that are in the costs of the search
        self._held: set[Key] = set()  # others that lanes have asked
        self._proposals = 0  # calls to a proposer of lanes that have not landed
        self._over = False
        self._moved = asyncio.Event()  # since somebody looked for the next that may land

    def open(self, proposal: Proposal) -> None:
        """Let a lane begin."""
        self._purses[proposal.number] = _Purse(proposal.number, proposal.round)

    async def ask(
        self, number: int, candidates: Sequence[Candidate], samples: Sequence[Sample]
    ) -> list[list[Answered]]:
        """Let candidates answer samples for a lane, in its turn.

        Raises:
            BudgetExhausted: the budget is spent.
            RunStopped: the run was asked to stop.
        """
        if samples:
            await self.take(number, [Key(candidate.id, row.id) for candidate in candidates for row in samples])
        return await self._run.measurer.ask(candidates, samples)

    async def take(self, number: int, keys: Collection[Key] = (), *, proposals: int = 0) -> None:
        """Wait until a lane may ask its next questions; that ends its round.

        Args:
            number: of its proposal.
            keys: questions to the program; what somebody asked before costs nothing.
            proposals: questions to a proposer.

        Raises:
            BudgetExhausted: the budget does not pay them.
        """
        granted = asyncio.get_running_loop().create_future()
        purse = self._purses[number]
        purse.waits = True
        heapq.heappush(self._wishes, _Wish(purse.round, number, keys, proposals, granted))
        self._grant()
        await granted

    def finish(self, number: int) -> None:
        """Note that a lane asks no more."""
        purse = self._purses[number]
        purse.finished, purse.waits = True, False
        self._grant()

    async def next_to_land(self, under_way: Collection[int]) -> int:
        """Wait until it is clear which lane lands next, whoever was faster, and return its number."""
        while True:
            first = min((self._purses[number] for number in under_way), key=lambda purse: purse.place)
            if first.finished:
                return first.number
            self._moved.clear()
            await self._moved.wait()

    def land(self, number: int) -> None:
        """Add what a lane has asked to the costs of the search."""
        purse, racing = self._purses[number], self._run.state.racing
        cost = self.count(purse.asked) + purse.proposals
        racing.cost += purse.proposals
        racing.learn_cost(cost)
        racing.round = max(racing.round, purse.round - 1)
        self._proposals -= purse.proposals
        purse.proposals = 0

    def count(self, keys: Collection[Key]) -> float:
        """Add questions to the costs of the search, and return what those came to that were not counted yet."""
        new = set(keys) - self._counted
        self._counted |= new
        self._held -= new
        cost = len(new) * self._each
        self._run.state.racing.cost += cost
        return cost

    def close(self, number: int) -> None:
        """Forget a lane that has landed, once those that take its place have begun."""
        del self._purses[number]
        self._grant()

    def end(self) -> None:
        """Let nobody ask any more: the budget is spent."""
        self._over = True
        self._grant()

    def _grant(self) -> None:
        self._moved.set()
        while self._wishes:
            wish = self._wishes[0]
            if not wish.granted.done():  # else whoever wished was cancelled
                allowed = not self._over and self._may(wish)
                if self._over:
                    wish.granted.set_exception(BudgetExhausted(f"the budget of {self._limit} calls is spent"))
                elif allowed:
                    self._give(wish)
                else:
                    return
            heapq.heappop(self._wishes)

    def _give(self, wish: _Wish) -> None:
        purse = self._purses[wish.number]
        purse.asked.update(wish.keys)
        self._held |= set(wish.keys) - self._counted
        purse.proposals += wish.proposals
        self._proposals += wish.proposals
        purse.round += 1
        purse.waits = False
        wish.granted.set_result(None)

    def _may(self, wish: _Wish) -> bool:
        """Return whether a wish can be granted now; note it where it is the first that the budget does not pay."""
        limit = self._limit
        if limit is None or len(self._purses) == 1:  # a lane alone may try with what the meter says
            return True
        rest = limit - self._spent
        if not self._comes_before(wish):
            self._over = self._price(wish) > rest
            return not self._over
        sure = self._asks_before(wish) * self._most_of_round + self._most_of_landing
        return rest >= sure + self._price(wish)

    def _asks_before(self, wish: _Wish) -> int:
        """Return how many times lanes may still ask before a wish, those included that take the place of others.

        Whoever takes a lane's place begins in the round after the one it was done with, so in each place one is asked
        once a round.
        """
        asks = hindmost = 0
        for purse in self._purses.values():  # one plain loop: it runs over all lanes, for every question of any
            behind = wish.round - purse.round
            if behind >= 0:
                asks += behind + (purse.number < wish.number and not purse.finished)
                landing = behind if purse.waits else behind + 1
                if landing > hindmost:
                    hindmost = landing
        free = max(0, self._run.state.racing.width - len(self._purses))
        return asks + free * max(0, hindmost - 1)

    def _comes_before(self, wish: _Wish) -> bool:
        """Return whether something may still come before a wish: what another lane asks, or a landing."""
        place = self._purses[wish.number].place
        return any(purse.place < place for purse in self._purses.values())

    def _price(self, wish: _Wish) -> float:
        new = [key for key in wish.keys if key not in self._counted and key not in self._held]
        return len(new) * self._each + wish.proposals

    @property
    def _limit(self) -> int | None:
        return self._run.meter.budget.calls

    @property
    def _spent(self) -> float:
        return self._run.state.racing.cost + len(self._held) * self._each + self._proposals
