"""How long a run has taken, and how much of that it only waited for people."""

from __future__ import annotations

from collections.abc import Callable


class Stopwatch:
    """Counts seconds; those of a wait apart, and once, however many reasons there are to wait.

    Args:
        clock: seconds, monotonic.
        elapsed: seconds that an earlier part of the run took.
        waited: how many of these do not count.
    """

    def __init__(self, clock: Callable[[], float], *, elapsed: float, waited: float) -> None:
        self._clock = clock
        self._started = clock() - elapsed
        self._waited = waited
        self._waiting_since: float | None = None
        self._waits = 0  # reasons why time does not count at the moment

    def begin_waiting(self) -> None:
        """Take one more reason for a wait."""
        if not self._waits:
            self._waiting_since = self._clock()
        self._waits += 1

    def end_waiting(self) -> None:
        """Take one reason for a wait away."""
        self._waits -= 1
        if not self._waits:
            self._waited, self._waiting_since = self.waited, None

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._started

    @property
    def waited(self) -> float:
        """How many of these seconds the run only waited for a person."""
        since = self._waiting_since
        return self._waited + (0.0 if since is None else self._clock() - since)

    @property
    def counted(self) -> float:
        """The seconds that count for a budget."""
        return self.elapsed - self.waited
