"""One question with all its attempts: each reserved at the meter before it is made and settled after it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from optimizer_core.budget import Meter, Reservation, Role, Usage
from optimizer_core.errors import ModelUnavailable, RateLimited
from optimizer_core.models.retry import Pause, RetryPolicy, sleep
from optimizer_core.models.slots import Slots


class HasUsage(Protocol):
    """Whatever a transport returns says what it used."""

    @property
    def usage(self) -> Usage: ...


Reply = TypeVar("Reply", bound=HasUsage)


@dataclass(slots=True, kw_only=True)
class Tab:
    """Whom the attempts of one question are charged to, and what they came to."""

    meter: Meter
    role: Role
    repeat: int = 0  # number of the repeated measurement; the same question again is another one
    usage: Usage = field(default_factory=Usage)


class Caller:
    """Makes the attempts of one model's questions.

    Args:
        retry: how often and after what waits.
        slots: how many attempts may be under way at once.
        pause: shared by all users of the model.
        rng: for the jitter of the waits; it never changes a result.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        *,
        retry: RetryPolicy,
        slots: Slots,
        pause: Pause,
        rng: random.Random | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._retry = retry
        self._slots = slots
        self._pause = pause
        self._rng = rng or random.Random()
        self._clock = clock

    async def call(self, ask: Callable[[], Awaitable[Reply]], tab: Tab) -> Reply:
        """Return the first reply; every attempt, also a failed or cancelled one, counts as a call.

        Raises:
            ModelError: the last attempt's, or the first that no further attempt can help.
            BudgetExhausted: the next attempt would go over the budget.
            RunStopped: the run was asked to stop.
        """
        attempt = 0
        while True:
            try:
                return await self._attempt(ask, tab)
            except ModelUnavailable as error:
                attempt += 1
                if attempt >= self._retry.attempts:
                    raise
                wait = self._retry.wait(attempt - 1, error, self._rng)
                if isinstance(error, RateLimited):
                    self._pause.extend(wait)
                await sleep(wait, tab.meter.check)

    async def _attempt(self, ask: Callable[[], Awaitable[Reply]], tab: Tab) -> Reply:
        while True:
            await tab.meter.pause_is_over()  # outside of the slots, which other runs may want meanwhile
            async with self._slots:
                while self._pause.remaining:
                    await self._pause.over(tab.meter.check)
                    # So that those who waited together do not all ask in the same moment.
                    await asyncio.sleep(self._rng.uniform(0, 0.02))
                reservation = tab.meter.reserve_unless_paused(tab.role)
                if reservation is not None:
                    return await self._ask(ask, tab, reservation)

    async def _ask(self, ask: Callable[[], Awaitable[Reply]], tab: Tab, reservation: Reservation) -> Reply:
        began = self._clock()
        used = Usage(unpriced_calls=1)
        try:
            reply = await ask()
            used = reply.usage
            return reply
        finally:
            used = replace(used, calls=1, seconds=self._clock() - began)
            tab.meter.settle(reservation, used)
            tab.usage += used
