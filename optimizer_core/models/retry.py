"""How long to wait before asking again, and the pause all callers of one model share."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from optimizer_core.errors import ModelUnavailable, RateLimited

LONGEST_BACKOFF = 10.0  # seconds; where the provider itself names no time
LONGEST_BETWEEN_TRIES = 30.0  # seconds; of a model that is down
STOP_INTERVAL = 1.0  # seconds between two looks whether the run was stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and after what waits a question is asked again.

    Attributes:
        attempts: in total, the first included.
        first_wait: seconds before the second attempt; doubled each time up to ten seconds.
        max_wait: seconds; a provider's ``Retry-After`` counts up to this.
    """

    attempts: int
    first_wait: float
    max_wait: float

    def wait(self, attempt: int, error: ModelUnavailable, rng: random.Random) -> float:
        """Return the seconds to wait after ``attempt`` (0-based) failed with ``error``."""
        if isinstance(error, RateLimited) and error.retry_after is not None:
            asked = min(max(error.retry_after, 0.0), self.max_wait)
            # Later, never sooner than asked, and not all callers in the same moment.
            return asked + rng.uniform(0, 0.1) * min(asked, 1.0)
        backoff = min(self.first_wait * 2.0**attempt, LONGEST_BACKOFF, self.max_wait)
        return backoff * rng.uniform(0.75, 1.25)

    def wait_until_try(self, tries: int) -> float:
        """Return the seconds until a model that is down is tried again, after so many tries in vain."""
        return min(self.first_wait * 2.0 ** min(tries, 20), LONGEST_BETWEEN_TRIES, self.max_wait)


class Pause:
    """After one "too many requests" nobody asks that model before the time is over. Safe across threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0
        self._lock = threading.Lock()

    def extend(self, seconds: float) -> None:
        """Let everybody wait at least this long from now."""
        with self._lock:
            self._until = max(self._until, self._clock() + seconds)

    @property
    def remaining(self) -> float:
        """Seconds left, 0 where there is no pause."""
        return max(0.0, self._until - self._clock()) if self._until else 0.0

    async def over(self, check: Callable[[], None]) -> None:
        """Wait until the pause is over; ``check`` may raise to give up."""
        while (left := self.remaining) > 0:
            await sleep(left, check)


async def sleep(seconds: float, check: Callable[[], None]) -> None:
    """Sleep, but look every second with ``check`` whether it is still wanted."""
    while seconds > 0:
        check()
        step = min(seconds, STOP_INTERVAL)
        await asyncio.sleep(step)
        seconds -= step


_pauses: dict[tuple[str, str | None], Pause] = {}
_pauses_lock = threading.Lock()


def pause_of(model: str, api_base: str | None) -> Pause:
    """Return the pause that all users of this model in this process share."""
    with _pauses_lock:
        return _pauses.setdefault((model, api_base), Pause())
