"""The meter that is asked before every call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace

from optimizer_core.budget.amounts import Budget, Role, Usage
from optimizer_core.budget.stopwatch import Stopwatch
from optimizer_core.errors import BudgetExhausted, RunStopped
from optimizer_core.json_values import JsonObject
from optimizer_core.records import quick_dataclass

#: Seconds between two looks whether a pause is over.
LOOK_SECONDS = 0.1


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Room for one call, held until it is settled."""

    role: Role
    tokens: int
    cost: float


class Meter:
    """Counts what is spent by role and refuses the call that would go over the budget.

    Calls are reserved before they are made and settled with what they really used. Tokens and money of a call are
    expected to be the average of that role's calls so far, so an overrun is never more than the calls in flight.
    Nothing is known of a role's first calls, so these can all be under way when they turn out to be too dear.

    A run that was cut off has spent more than the path that it takes again has come to, until it has taken from its
    journal all that was answered. What may be asked is a matter of what was spent; what is decided on the way is one
    of the path, else the run would take another.

    Args:
        budget: the limits.
        clock: seconds, monotonic.
        spent: what an earlier part of the same run has spent, by role.
        elapsed: seconds that earlier part took.
        waited: how many of these do not count.
        replayed: answers that the earlier part took from its journal.
    """

    def __init__(
        self,
        budget: Budget | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        spent: dict[Role, Usage] | None = None,
        elapsed: float = 0.0,
        waited: float = 0.0,
        replayed: int = 0,
    ) -> None:
        self._limit(budget or Budget())
        self._watch = Stopwatch(clock, elapsed=elapsed, waited=waited)
        self._paused_for: dict[str, None] = {}  # reasons, oldest first
        self.pause_when_spent = ""  # what a spent budget pauses for; empty: it raises
        self._by_role = {role: (spent or {}).get(role, Usage()) for role in Role}
        self._total = sum(self._by_role.values(), start=Usage())
        self._in_flight: dict[int, Reservation] = {}
        #: Answers that were taken from the journal instead of being paid again.
        self.replayed = replayed
        #: What this part of the run has come to, by role, whoever paid: what was asked or taken from the journal.
        self.path_by_role = {role: Usage() for role in Role}
        self._stop_reason: str | None = None

    def reserve(self, role: Role) -> Reservation:
        """Hold room for one call.

        Raises:
            BudgetExhausted: the call would go over a limit.
            RunStopped: :meth:`stop` was called.
        """
        self._check_stop()
        return self._hold(role)

    def _hold(self, role: Role) -> Reservation:
        reservation = self._reservation(role)
        problem = self._over_with(reservation)
        if problem:
            raise BudgetExhausted(problem)
        self._in_flight[id(reservation)] = reservation
        return reservation

    def reserve_unless_paused(self, role: Role) -> Reservation | None:
        """Hold room for one call; None where the run pauses, also because of this call.

        Raises:
            BudgetExhausted: the call would go over a limit, and the run is not to pause for that.
            RunStopped: :meth:`stop` was called.
        """
        self._check_stop()
        if self.pause_when_spent and self._over_with(self._reservation(role)):
            self.pause(self.pause_when_spent)
        return None if self.paused else self._hold(role)

    def _reservation(self, role: Role) -> Reservation:
        usage = self._by_role[role]
        expected = max(usage.calls, 1)
        return Reservation(role=role, tokens=usage.tokens // expected, cost=usage.cost / expected)

    def _over_with(self, reservation: Reservation) -> str:
        """Return which limit a further call would go over; empty where none."""
        for name, limit in self._limits.items():
            if self.spent_of(name) >= limit:
                return _spent(name, limit)
        for name, limit, would_be in self._with_held(reservation):
            if would_be > limit:
                return _spent(name, limit)
        return ""

    def _with_held(self, new: Reservation) -> Iterator[tuple[str, float, float]]:
        """Yield name and value of each limit that is set, and what a new call with those under way may bring it to."""
        budget, total, held = self.budget, self._total, self._in_flight.values()
        if budget.calls is not None:
            yield "calls", budget.calls, total.calls + len(held) + 1
        if budget.tokens is not None:
            yield "tokens", budget.tokens, total.tokens + sum(each.tokens for each in held) + new.tokens
        if budget.cost is not None:
            yield "cost", budget.cost, total.cost + sum(each.cost for each in held) + new.cost

    def settle(self, reservation: Reservation, usage: Usage) -> None:
        """Replace the held room by what the call used."""
        del self._in_flight[id(reservation)]
        self._by_role[reservation.role] += usage
        self._total += usage
        self.path_by_role[reservation.role] += usage

    def replay(self, role: Role, usage: Usage) -> None:
        """Note an answer from the journal, which is not paid again.

        Args:
            role: what it was for.
            usage: what it had cost; nothing where that is on the path already.
        """
        self.replayed += 1
        self.path_by_role[role] += usage

    def check(self) -> None:
        """Raise if time is up; pause instead, where a spent budget is to do that.

        Whoever asks for nothing learns from this alone that it is. Of other limits it spends nothing.

        Raises:
            BudgetExhausted: time is up.
            RunStopped: :meth:`stop` was called.
        """
        self._check_stop()
        limit = self.budget.seconds
        if limit is not None and self.spent_of("seconds") >= limit:
            if not self.pause_when_spent:
                raise BudgetExhausted(_spent("seconds", limit))
            self.pause(self.pause_when_spent)

    def _limit(self, budget: Budget) -> None:
        self.budget = budget
        named = {limit.name: getattr(budget, limit.name) for limit in fields(budget)}
        self._limits: dict[str, float] = {name: value for name, value in named.items() if value is not None}

    def _check_stop(self) -> None:
        if self._stop_reason is not None:
            raise RunStopped(self._stop_reason)

    def stop(self, reason: str = "the run was asked to stop") -> None:
        """Let every further call raise RunStopped. May be called from another thread."""
        self._stop_reason = reason

    def extend(self, budget: Budget) -> None:
        """Replace the limits; what is spent stays spent."""
        self._limit(replace(budget))

    def pause(self, reason: str) -> None:
        """Let nothing new be asked until every reason for a pause is gone. Time does not count meanwhile."""
        if not self._paused_for:
            self._watch.begin_waiting()
        self._paused_for[reason] = None

    def resume(self, reason: str) -> None:
        """Take one reason for a pause away."""
        if reason in self._paused_for:
            del self._paused_for[reason]
            if not self._paused_for:
                self._watch.end_waiting()

    @property
    def in_flight(self) -> int:
        """How many calls are under way."""
        return len(self._in_flight)

    @property
    def paused_for(self) -> tuple[str, ...]:
        """Why the run pauses, the oldest reason first; empty where it does not."""
        return tuple(self._paused_for)

    @property
    def paused(self) -> bool:
        return bool(self._paused_for)

    async def pause_is_over(self) -> None:
        """Wait as long as the run pauses.

        Raises:
            RunStopped: :meth:`stop` was called.
        """
        while self.paused:
            self._check_stop()
            await asyncio.sleep(LOOK_SECONDS)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let time pass that the budget does not count, because the run only waits for a person."""
        self._watch.begin_waiting()
        try:
            yield
        finally:
            self._watch.end_waiting()

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self._watch.elapsed

    @property
    def waited(self) -> float:
        """How many of these seconds the run only waited for a person."""
        return self._watch.waited

    @property
    def spent(self) -> dict[str, float]:
        """What counts for the budget so far, by the name of its limit."""
        return {name: self.spent_of(name) for name in ("calls", "tokens", "cost", "seconds")}

    def spent_of(self, name: str) -> float:
        """Return what counts for one limit so far."""
        return self._watch.counted if name == "seconds" else getattr(self._total, name)

    @property
    def path(self) -> Usage:
        """What this part of the run has come to, of all roles together."""
        return sum(self.path_by_role.values(), start=Usage())

    @property
    def total(self) -> Usage:
        """What all roles used together."""
        return self._total

    @property
    def by_role(self) -> dict[Role, Usage]:
        return dict(self._by_role)

    @property
    def left(self) -> JsonObject:
        """What remains of each limit that was set, never below 0."""
        return self.left_of(self.budget)

    def left_of(self, budget: Budget) -> JsonObject:
        """Return what remains of each limit that a budget sets, never below 0."""
        spent = self.spent
        limits = {name: getattr(budget, name) for name in spent}
        return {name: max(0, limit - spent[name]) for name, limit in limits.items() if limit is not None}


def _spent(name: str, limit: float) -> str:
    return f"the budget of {limit} {name} is spent"
