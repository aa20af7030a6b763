"""Tells of models in trouble: what is wrong, what the run does about it, and when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from optimizer_core.events import Event, ProviderRecovered, ProviderTroubled
from optimizer_core.models.patience import Patience
from optimizer_core.models.traffic import ACCESS_REVOKED, Traffic, Trouble

#: Seconds that a trouble must last to be worth a word, unless it needs a person.
WORTH_TELLING = 1.0
#: Seconds between two words about the same trouble while nothing but figures change.
BETWEEN_FIGURES = 5.0


@dataclass(slots=True)
class _Told:
    trouble: Trouble
    at: float


class TroubleWatch:
    """Looks at the models that a run has found in trouble. Several times a second, so it must cost nothing.

    Args:
        patience: of the run; it knows these models.
        emit: tells an event.
        clock: seconds, monotonic; the one of the models.
    """

    def __init__(
        self, patience: Patience, emit: Callable[[Event], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._patience, self._emit, self._clock = patience, emit, clock
        self._told: dict[Traffic, _Told] = {}

    def look(self) -> None:
        """Tell what has changed since the last time."""
        for traffic in list(self._patience.troubled):
            trouble, told = traffic.trouble, self._told.get(traffic)
            if trouble is None:
                del self._patience.troubled[traffic]
                if told is not None:
                    self._tell_end(traffic, told.trouble)
            elif told is None or told.trouble.kind != trouble.kind:
                if trouble.kind == ACCESS_REVOKED or self._clock() - trouble.since >= WORTH_TELLING:
                    self._tell(traffic, trouble)
            elif self._is_news(told, trouble):
                self._tell(traffic, trouble)

    def _is_news(self, told: _Told, now: Trouble) -> bool:
        """Whether a wait has begun anew, or other figures have stood long enough."""
        since = self._clock() - told.at
        waits_anew = now.wait > max(0.0, told.trouble.wait - since) + WORTH_TELLING
        return waits_anew or (now.at_once != told.trouble.at_once and since >= BETWEEN_FIGURES)

    def _tell(self, traffic: Traffic, trouble: Trouble) -> None:
        now = self._clock()
        self._told[traffic] = _Told(trouble, now)
        self._emit(
            ProviderTroubled(
                model=traffic.model,
                trouble=trouble.kind,
                message=trouble.message,
                seconds=now - trouble.since,
                wait=trouble.wait,
                at_once=trouble.at_once,
                of=trouble.of,
            )
        )

    def _tell_end(self, traffic: Traffic, trouble: Trouble) -> None:
        del self._told[traffic]
        self._emit(ProviderRecovered(model=traffic.model, trouble=trouble.kind, seconds=self._clock() - trouble.since))
