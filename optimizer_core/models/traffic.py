"""What goes to one model: how many questions at once, and what holds them back when its provider is in trouble.

All that ask the same model with the same key in this process share one Traffic, so that one "too many requests" slows
everybody, and one outage is found out about by one question instead of each wasting its attempts.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from optimizer_core.errors import AccessRevoked, ModelError, ModelUnavailable, ProviderDown, RateLimited
from optimizer_core.models.outage import Outage
from optimizer_core.models.retry import Pause, RetryPolicy, pause_of
from optimizer_core.models.window import Window

#: Seconds between two looks of those that an outage holds back.
LOOK_SECONDS = 0.2
#: Kinds of trouble.
RATE_LIMITED, DOWN, ACCESS_REVOKED = "rate_limited", "down", "access_revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with a model at a moment."""

    kind: str  # rate_limited, down or access_revoked
    message: str  # what its provider said last
    since: float  # by the clock of the traffic
    wait: float = 0.0  # seconds until something is asked again
    at_once: int | None = None  # questions let through at once; None: as many as one likes
    of: int | None = None  # of how many


class Admission(NamedTuple):
    """A place among what is under way."""

    entered: int  # for the window
    is_try: bool  # it is to find out whether an outage is over


@dataclass(slots=True, kw_only=True)
class Limits:
    """How long one question lets itself be held back; seconds None: not by an outage at all."""

    seconds: float | None = None
    waiting_since: float | None = None  # by the clock of the traffic


class Traffic:
    """What goes to one model. Safe across event loops and threads.

    Args:
        model: model string.
        pause: what a "too many requests" makes everybody wait for.
        clock: seconds, monotonic.
    """

    def __init__(self, model: str, *, pause: Pause, clock: Callable[[], float] = time.monotonic) -> None:
        self.model = model
        self.answers = 0
        self._pause, self._clock = pause, clock
        self._window = Window()
        self._outage = Outage(clock)
        self._silent_since: float | None = None
        self._limited, self._limited_since = "", 0.0

    async def enter(self, limits: Limits, check: Callable[[], None], rng: random.Random) -> Admission:
        """Wait until a question may be asked; whoever is let in must :meth:`leave`.

        Args:
            limits: of the question.
            check: may raise to give up.
            rng: for the jitter.

        Raises:
            ProviderDown: the model has answered nobody for too long.
            AccessRevoked: the provider has just rejected the key.
        """
        while True:
            if self._outage.is_on and limits.seconds is not None:
                await self._wait_for_turn(limits, check)
            while self._pause.remaining:
                await self._pause.over(check)
                # So that those who waited together do not all ask in the same moment.
                await asyncio.sleep(rng.uniform(0, 0.02))
            entered = await self._window.enter()
            is_held = self._outage.is_on and limits.seconds is not None
            is_try = is_held and self._outage.claim()
            if is_try or not (is_held or self._pause.remaining):
                return Admission(entered, is_try)
            self._window.leave()

    def leave(self, admission: Admission) -> None:
        if admission.is_try:
            self._outage.release()
        self._window.leave()

    async def _wait_for_turn(self, limits: Limits, check: Callable[[], None]) -> None:
        outage = self._outage
        while outage.is_on and not outage.is_due:
            check()
            if not outage.is_being_tried:
                if outage.is_denied:
                    raise AccessRevoked(outage.message)
                self._give_up(limits, outage.message)
            await asyncio.sleep(min(outage.remaining, LOOK_SECONDS) or LOOK_SECONDS)

    def _give_up(self, limits: Limits, message: str) -> None:
        down = self.given_up(limits, message)
        if down is not None:
            raise down

    def given_up(self, limits: Limits, message: str) -> ProviderDown | None:
        """Return an error where a question has waited long enough, and nobody was answered meanwhile."""
        now = self._clock()
        if limits.waiting_since is None:
            limits.waiting_since = now
        silent = 0.0 if self._silent_since is None else now - self._silent_since
        if limits.seconds is not None and min(silent, now - limits.waiting_since) >= limits.seconds:
            return ProviderDown(f"{message} (no answer for {silent:,.0f} s)")
        return None

    def answered(self) -> None:
        """Take an answer, also a refusal: the model is there."""
        self.answers += 1
        if self._silent_since is not None:
            self._silent_since = None
            self._outage.answered()
        self._window.widen()

    def failed(self, error: ModelError, question: int, admission: Admission, *, retry: RetryPolicy) -> None:
        """Take a failed attempt.

        Args:
            error: how it failed.
            question: which one.
            admission: its place.
            retry: how long to wait before a model that is down is tried again.
        """
        if not isinstance(error, (AccessRevoked, ModelUnavailable)):
            self.answered()
            return
        now = self._clock()
        self._silent_since = now if self._silent_since is None else self._silent_since
        if isinstance(error, AccessRevoked):
            self._outage.denied(str(error))
        elif isinstance(error, RateLimited):
            if self._window.width is None:
                self._limited_since = now
            self._limited = str(error)
            self._window.narrow(admission.entered)
        elif isinstance(error, ModelUnavailable):
            self._outage.failed(error, question, is_try=admission.is_try, retry=retry)

    def pause(self, seconds: float) -> None:
        """Let nobody ask for so long, as the provider wants it."""
        self._pause.extend(seconds)

    def try_now(self) -> None:
        """Ask again at once: somebody may have mended it."""
        self._silent_since = self._clock()
        self._outage.try_now()

    @property
    def is_down(self) -> bool:
        return self._outage.is_on

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong at the moment; None where nothing is."""
        outage, window = self._outage, self._window
        if outage.is_on:
            kind = ACCESS_REVOKED if outage.is_denied else DOWN
            return Trouble(kind=kind, message=outage.message, since=outage.since, wait=outage.remaining)
        width = window.width
        if width is None:
            return None
        return Trouble(
            kind=RATE_LIMITED,
            message=self._limited,
            since=self._limited_since,
            wait=self._pause.remaining,
            at_once=width,
            of=window.full,
        )


_shared: dict[tuple[str, str | None, str | None], Traffic] = {}
_lock = threading.Lock()


def traffic_of(model: str, api_base: str | None, api_key: str | None, *, is_shared: bool = True) -> Traffic:
    """Return the traffic that all who ask this model with this key share in this process.

    Args:
        model: model string.
        api_base: address of its server.
        api_key: None for that of the environment.
        is_shared: False for a transport of one's own: nobody knows where it leads.
    """
    pause = pause_of(model, api_base)
    if not is_shared:
        return Traffic(model, pause=pause)
    with _lock:
        return _shared.setdefault((model, api_base, api_key), Traffic(model, pause=pause))
