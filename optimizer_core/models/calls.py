"""One question with all its attempts: each reserved at the meter before it is made and settled after it."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from optimizer_core.budget import NO_USAGE, Meter, Reservation, Role, Usage
from optimizer_core.errors import (
    AccessRevoked,
    ModelAccessDenied,
    ModelError,
    ModelOutOfReach,
    ModelUnavailable,
    RateLimited,
)
from optimizer_core.models.patience import Patience, patience_in_use
from optimizer_core.models.prices import is_own_server
from optimizer_core.models.retry import RetryPolicy, sleep
from optimizer_core.models.slots import Slots
from optimizer_core.models.traffic import Admission, Limits, Traffic
from optimizer_core.steering import ACCESS_REVOKED, PROVIDER_DOWN


class HasUsage(Protocol):
    """Whatever a transport returns says what it used."""

    @property
    def usage(self) -> Usage: ...


#: Attempts in all, also while its provider is in trouble, after which the trouble is the question's own.
MOST_ATTEMPTS = 40

Reply = TypeVar("Reply", bound=HasUsage)


@dataclass(slots=True, kw_only=True)
class Tab:
    """Whom the attempts of one question are charged to, and what they came to."""

    meter: Meter
    role: Role
    repeat: int = 0  # number of the repeated measurement; the same question again is another one
    usage: Usage = NO_USAGE

    def add(self, usage: Usage) -> None:
        """Charge what was used; most questions have one attempt."""
        self.usage = usage if self.usage is NO_USAGE else self.usage + usage


@dataclass(slots=True, kw_only=True)
class _Question:
    """What became of one question so far."""

    tab: Tab
    patience: Patience | None
    limits: Limits
    attempts: int = 0  # that failed, whatever the reason
    failures: int = 0  # of these, those that count against it
    answers_when_denied: int | None = None  # of the model, when it was asked again after a rejection of the key


class Caller:
    """Makes the attempts of one model's questions.

    Args:
        retry: how often and after what waits.
        slots: how many attempts may be under way at once.
        traffic: shared by all users of the model.
        has_fallback: True where another model is asked instead of waiting for this one.
        rng: for the jitter of the waits; it never changes a result.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        *,
        retry: RetryPolicy,
        slots: Slots,
        traffic: Traffic,
        has_fallback: bool = False,
        rng: random.Random | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._retry = retry
        self._slots = slots
        self._traffic = traffic
        self._has_fallback = has_fallback
        self._rng = rng or random.Random()
        self._clock = clock

    async def call(self, ask: Callable[[], Awaitable[Reply]], tab: Tab) -> Reply:
        """Return the first reply; every attempt that a server may have seen, also a cancelled one, counts as a call.

        A question has its attempts. Where somebody has patience, what fails while the provider is in trouble is not
        held against it: it waits, and is asked again.

        Raises:
            ModelError: the last attempt's, or the first that no further attempt can help.
            ModelOutOfReach: the provider rejects the key, or answers nobody for longer than one was to wait.
            BudgetExhausted: the next attempt would go over the budget.
            RunStopped: the run was asked to stop.
        """
        question = _Question(tab=tab, patience=patience_in_use(), limits=Limits())
        while True:
            question.limits.seconds = self._seconds(question.patience)
            try:
                return await self._attempt(ask, question)
            except ModelOutOfReach as error:
                await self._wait_for_somebody(question, error)
            except ModelUnavailable as error:
                await self._wait_for_next(question, error)

    def _seconds(self, patience: Patience | None) -> float | None:
        """Return how long a question waits: one of a model that never answered has its attempts and no more."""
        if patience is None or not patience.knows(self._traffic):
            return None
        return 0.0 if self._has_fallback else patience.seconds

    async def _wait_for_next(self, question: _Question, error: ModelUnavailable) -> None:
        """Wait before the next attempt; raise where there is none."""
        traffic, limits = self._traffic, question.limits
        question.attempts += 1
        is_limited = isinstance(error, RateLimited)
        is_common = bool(limits.seconds) and (is_limited or traffic.is_down)
        question.failures += not is_common
        if question.failures >= self._retry.attempts or question.attempts >= MOST_ATTEMPTS:
            raise error
        if is_common:
            down = traffic.given_up(limits, str(error))
            if down is not None:
                await self._wait_for_somebody(question, down)
            if down is not None or not is_limited:
                return  # the traffic holds it back
        wait = self._retry.wait(question.attempts - 1, error, self._rng)
        if is_limited:
            traffic.pause(wait)
        await sleep(wait, question.tab.meter.check)

    async def _wait_for_somebody(self, question: _Question, error: ModelOutOfReach) -> None:
        """Let the run pause until somebody lets it go on; raise where it is not to pause."""
        traffic, patience, meter = self._traffic, question.patience, question.tab.meter
        is_denied = isinstance(error, AccessRevoked)
        if is_denied and question.answers_when_denied not in (None, traffic.answers):
            # Others were answered since it was denied before, so it is this question that is not liked.
            raise ModelAccessDenied(str(error)) from error
        if patience is None or not patience.pauses or self._has_fallback or not patience.knows(traffic):
            raise error
        meter.pause(ACCESS_REVOKED if is_denied else PROVIDER_DOWN)
        await meter.pause_is_over()
        question.answers_when_denied = traffic.answers if is_denied else None
        question.limits.waiting_since = None
        traffic.try_now()

    async def _attempt(self, ask: Callable[[], Awaitable[Reply]], question: _Question) -> Reply:
        tab, patience = question.tab, question.patience
        while True:
            if patience is not None and self._traffic.trouble is not None:
                patience.troubled[self._traffic] = None
            await tab.meter.pause_is_over()  # outside of the slots, which other runs may want meanwhile
            async with self._slots:
                admission = await self._traffic.enter(question.limits, tab.meter.check, self._rng)
                try:
                    reservation = tab.meter.reserve_unless_paused(tab.role)
                    if reservation is not None:
                        return await self._ask(ask, question, reservation, admission)
                finally:
                    self._traffic.leave(admission)

    async def _ask(
        self, ask: Callable[[], Awaitable[Reply]], question: _Question, reservation: Reservation, admission: Admission
    ) -> Reply:
        tab, patience = question.tab, question.patience
        began = self._clock()
        unpriced = int(not is_own_server(self._traffic.model))
        used: Usage | None = None
        calls = 1
        try:
            reply = await ask()
            used = reply.usage
            self._traffic.answered()
            if patience is not None:
                patience.answered.add(self._traffic)
            return reply
        except ModelError as error:
            used, calls = Usage(unpriced_calls=0 if error.is_free else unpriced), int(error.was_sent)
            self._traffic.failed(error, id(question), admission, retry=self._retry)
            if patience is not None:
                patience.troubled[self._traffic] = None
            raise
        finally:
            used = (used or Usage(unpriced_calls=unpriced)).with_time(self._clock() - began, calls=calls)
            tab.meter.settle(reservation, used)
            tab.add(used)
