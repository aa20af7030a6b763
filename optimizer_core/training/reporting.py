"""Reporting: every event goes to every callback at once, and spend is told often enough to be watched."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import fields

from optimizer_core.budget import Budget, Meter
from optimizer_core.callbacks import Listener
from optimizer_core.events import Event, RunFinished, SpendUpdated, WarningRaised

#: At most this many seconds of activity, or calls, pass without word of what is spent.
SPEND_SECONDS = 1.0
SPEND_CALLS = 20
#: Shares of a limit that are worth a warning, in percent.
WARN_AT = (50, 80, 95)

#: How a limit is written, by its name.
UNITS = {"calls": "{:,} calls", "tokens": "{:,} tokens", "cost": "${:g}", "seconds": "{:,.0f} seconds"}


class Reporter:
    """Hands events to the callbacks, in the thread of the run. What a callback raises ends the run.

    Args:
        listeners: who is told.
        meter: what spend is read from.
        budget: the whole of it, whatever share of it the meter allows at the moment.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        listeners: Sequence[Listener],
        meter: Meter,
        budget: Budget,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._listeners, self._meter, self._budget, self._clock = tuple(listeners), meter, budget, clock
        self._told_calls, self._told_at = meter.total.calls, clock()
        self._warned: set[str] = set()
        self._marks = _marks_of(budget)
        self._reached = self._shares_reached()  # what an earlier part of the run has told
        self._next = self._next_marks()

    def emit(self, event: Event) -> None:
        for listener in self._listeners:
            listener.on_event(event)

    def say_goodbye(self, finished: RunFinished, error: BaseException) -> None:
        """Tell every callback that the run failed, even those after one that fails; such failures become notes."""
        last: tuple[Event, ...] = (self.spend_event(), finished)
        for listener, event in itertools.product(self._listeners, last):
            try:
                listener.on_event(event)
            except Exception as second:
                error.add_note(f"{type(listener).__name__} failed on {event.kind}: {type(second).__name__}: {second}")

    def warn_once(self, code: str, message: str) -> None:
        """Raise a warning, unless one of that code was raised before."""
        if code not in self._warned:
            self._warned.add(code)
            self.emit(WarningRaised(code=code, message=message))

    def use_budget(self, budget: Budget) -> None:
        """Take another budget; a share of it that is reached again is told again."""
        self._budget = budget
        self._marks = _marks_of(budget)
        self._reached &= self._shares_reached()
        self._next = self._next_marks()

    def _shares_reached(self) -> set[tuple[str, int]]:
        """Return the limits, and the shares of them in percent, that are spent."""
        spent_of = self._meter.spent_of
        return {(name, share) for name, share, spent in self._marks if spent_of(name) >= spent}

    def _next_marks(self) -> list[tuple[str, float]]:
        """Return the lowest share of each limit that was not told, as what is spent then: looked at after each call."""
        untold = {name: spent for name, share, spent in reversed(self._marks) if (name, share) not in self._reached}
        return list(untold.items())

    def _warn_of_spend(self) -> None:
        """Say that much of a limit is spent, once for each share; of several at once the largest."""
        spent_of = self._meter.spent_of
        for name, spent in self._next:
            if spent_of(name) >= spent:
                self._tell_shares()
                return

    def _tell_shares(self) -> None:
        fresh = self._shares_reached() - self._reached
        self._reached |= fresh
        self._next = self._next_marks()
        for name, share in sorted(dict(sorted(fresh)).items()):
            limit, unit = getattr(self._budget, name), UNITS[name]
            self.emit(
                WarningRaised(
                    code=f"budget_{share}_{name}", message=f"{share} % of the budget of {unit.format(limit)} is spent."
                )
            )

    def pulse(self) -> None:
        """Tell what is spent if the last word is old and something was called since."""
        self._warn_of_spend()
        calls = self._meter.total.calls - self._told_calls
        if calls >= SPEND_CALLS or (calls and self._clock() - self._told_at >= SPEND_SECONDS):
            self.spend()

    def spend(self) -> None:
        """Tell what is spent."""
        self._warn_of_spend()
        self.emit(self.spend_event())

    def spend_event(self) -> SpendUpdated:
        """Return what is spent so far."""
        total = self._meter.total
        self._told_calls, self._told_at = total.calls, self._clock()
        by_role = {
            role.value: {
                "calls": usage.calls,
                "tokens": usage.tokens,
                "cost": usage.cost,
                "seconds": usage.seconds,
                "unpriced_calls": usage.unpriced_calls,
            }
            for role, usage in self._meter.by_role.items()
            if usage.calls
        }
        return SpendUpdated(
            calls=total.calls,
            tokens=total.tokens,
            cost=total.cost,
            seconds=self._meter.elapsed,
            by_role=by_role,
            left=self._meter.left_of(self._budget),
            unpriced_calls=total.unpriced_calls,
            replayed=self._meter.replayed,
            waited=self._meter.waited,
        )


def _marks_of(budget: Budget) -> list[tuple[str, int, float]]:
    """Return for each limit the shares of it that are worth a warning, in percent and as what is spent then."""
    limits = {limit.name: getattr(budget, limit.name) for limit in fields(budget)}
    return [(name, share, share * limit / 100) for name, limit in limits.items() if limit for share in WARN_AT]
