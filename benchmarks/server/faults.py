"""What goes wrong on purpose: rate limits, errors, answers that never come or cannot be read."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass

#: Ways an answer can fail, each equally likely.
RATE_LIMIT, SERVER_ERROR, HANG, BROKEN_JSON = KINDS = ("429", "500", "hang", "broken JSON")


@dataclass(frozen=True, slots=True)
class Faults:
    """How often something goes wrong."""

    share: float = 0.0  # of the chat requests
    hang: float = 3.0  # seconds until a hanging request's connection is dropped
    seed: int = 0

    def draw(self, rng: random.Random) -> str | None:
        """Return what goes wrong with the next request; None if nothing."""
        return rng.choice(KINDS) if self.share and rng.random() < self.share else None


class RateLimit:
    """Lets at most so many requests through in any second; None lets all through."""

    def __init__(self, per_second: int | None) -> None:
        self._per_second = per_second
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Return the seconds to wait: 0 lets the request through and counts it."""
        if self._per_second is None:
            return 0.0
        while self._times and self._times[0] <= now - 1:
            self._times.popleft()
        if len(self._times) < self._per_second:
            self._times.append(now)
            return 0.0
        return self._times[0] + 1 - now
