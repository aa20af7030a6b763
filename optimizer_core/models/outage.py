"""A model that answers nobody: one question finds out now and then whether it is back, the others wait for that."""

from __future__ import annotations

import threading
from collections.abc import Callable

from optimizer_core.errors import ModelUnavailable
from optimizer_core.models.retry import RetryPolicy

#: Failures in a row after which a model counts as down; fewer where no question can be the reason.
IN_A_ROW = 5
IN_A_ROW_COMMON = 3
#: Seconds after a refusal of the key before anybody asks again.
AFTER_DENIAL = 1.0


class Outage:
    """Notices that a model is down, or that its provider takes the key no more. Safe across threads.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._streak = 0
        self._failing: set[int] = set()  # questions in the streak
        self._next_try = 0.0
        self._probing = False
        self._tries = 0
        self.is_on = False
        self.is_denied = False  # the provider answers, but not us
        self.message = ""  # what went wrong last
        self.since = 0.0

    @property
    def remaining(self) -> float:
        """Seconds until the next try; 0 where it is due."""
        return max(0.0, self._next_try - self._clock())

    @property
    def is_being_tried(self) -> bool:
        return self._probing

    @property
    def is_due(self) -> bool:
        """Whether the next question may find out."""
        return not self._probing and self._clock() >= self._next_try

    def claim(self) -> bool:
        """Return whether whoever asks is the one to find out; then it must :meth:`release`."""
        with self._lock:
            if not self.is_on or not self.is_due:
                return False
            self._probing = True
            return True

    def release(self) -> None:
        self._probing = False

    def try_now(self) -> None:
        """Let the next question find out at once."""
        with self._lock:
            self._next_try, self._tries = self._clock(), 0

    def answered(self) -> None:
        """Take an answer: the model is there."""
        if self._streak or self.is_on:
            with self._lock:
                self._streak = self._tries = 0
                self._failing.clear()
                self.is_on = self.is_denied = False

    def failed(self, error: ModelUnavailable, question: int, *, is_try: bool, retry: RetryPolicy) -> None:
        """Take a failure that was no "too many requests".

        Args:
            error: of the attempt.
            question: which one; one alone may be what the model stumbles over.
            is_try: True for the one that was to find out.
            retry: how long to wait until the next try.
        """
        with self._lock:
            self._streak += 1
            self._failing.add(question)
            alone = len(self._failing) == 1 and not error.is_common
            enough = self._streak >= (IN_A_ROW_COMMON if error.is_common else IN_A_ROW)
            if is_try or (enough and not alone and not self.is_on):
                self._begin(str(error), retry.wait_until_try(self._tries), is_denied=False)
                self._tries += 1

    def denied(self, message: str) -> None:
        """Take a refusal of the key or for want of credit."""
        with self._lock:
            self._begin(message, AFTER_DENIAL, is_denied=True)

    def _begin(self, message: str, wait: float, *, is_denied: bool) -> None:
        now = self._clock()
        if not self.is_on or self.is_denied != is_denied:
            self.since = now
        self.is_on, self.is_denied, self.message, self._next_try = True, is_denied, message, now + wait
