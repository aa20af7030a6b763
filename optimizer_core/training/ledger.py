"""The ledger: what a candidate answered to a sample is found out once, however often it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from optimizer_core.events import SampleResult
from optimizer_core.modules.base import Prediction
from optimizer_core.records import quick_dataclass


class Key(NamedTuple):
    """What one evaluation is known by."""

    candidate: str
    sample: str
    repeat: int = 0


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one evaluation found out."""

    result: SampleResult
    trace: tuple[Prediction, ...] = ()  # what each variable's module predicted; empty where the sample failed
    failure: str = ""  # class of the error where the sample failed


class Ledger:
    """Remembers outcomes; concurrent identical questions share one evaluation."""

    def __init__(self) -> None:
        self._known: dict[Key, Outcome] = {}
        self._under_way: dict[Key, asyncio.Future[Outcome]] = {}

    def known(self, key: Key) -> Outcome | None:
        return self._known.get(key)

    def items(self) -> Iterable[tuple[Key, Outcome]]:
        return self._known.items()

    def put(self, key: Key, outcome: Outcome) -> None:
        """Note an outcome that was found out elsewhere, as by an earlier part of the run."""
        self._known.setdefault(key, outcome)

    async def ask(self, key: Key, evaluate: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Return the known outcome, wait for the one under way, or evaluate.

        What the evaluation raises reaches everyone who waits for it, but is not remembered. If whoever evaluates is
        cancelled, one of those who wait takes over.
        """
        while True:
            known = self._known.get(key)
            if known is not None:
                return known
            under_way = self._under_way.get(key)
            if under_way is None:
                return await self._evaluate(key, evaluate)
            await asyncio.wait([under_way])
            if not under_way.cancelled():
                return under_way.result()

    async def _evaluate(self, key: Key, evaluate: Callable[[], Awaitable[Outcome]]) -> Outcome:
        waiting = self._under_way[key] = asyncio.get_running_loop().create_future()
        try:
            outcome = await evaluate()
        except asyncio.CancelledError:
            waiting.cancel()
            raise
        except Exception as error:
            waiting.set_exception(error)
            waiting.exception()  # seen, even if nobody waits
            raise
        finally:
            del self._under_way[key]
        self._known[key] = outcome
        waiting.set_result(outcome)
        return outcome
