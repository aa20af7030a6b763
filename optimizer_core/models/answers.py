"""What was answered before is not asked again: found in memory, in the run's journal, or made and then kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from optimizer_core.budget import Meter, Role, Usage
from optimizer_core.models.giving_way import turn_in_use
from optimizer_core.models.journal import Entry, Journal, Journalling, in_use, note
from optimizer_core.models.shared_results import SharedResults
from optimizer_core.records import quick_dataclass

Value = TypeVar("Value")


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class Made(Generic[Value]):
    """A fresh answer, and how the journal keeps it."""

    value: Value
    entry: Callable[[], Entry]  # made only where there is a journal


class Answers(Generic[Value]):
    """The answers of one model.

    In a run with a journal the run's own memory counts, so that each run's journal is whole; else the model's.

    Args:
        caching: keeps answers in memory, for as long as the model lives.
        read: makes a value of what the journal kept.
    """

    def __init__(self, *, caching: bool, read: Callable[[Entry], Value]) -> None:
        self._memory: SharedResults[str, Value] | None = SharedResults() if caching else None
        self._read = read

    async def get(
        self, keys: Sequence[str], make: Callable[[list[str]], Awaitable[Sequence[Made[Value]]]], *, meter: Meter
    ) -> list[Value]:
        """Return the answers to questions, in order.

        Args:
            keys: of the questions; may repeat.
            make: asks the model the distinct questions that nobody has answered or is asking.
            meter: is told what came from the journal.

        Raises:
            ModelError: as raised by ``make``, here or in another call that was waited for.
        """
        in_order = list(dict.fromkeys(keys))
        used = in_use()
        if used is not None:
            note(in_order)
            values, _ = await used.known.get(keys, partial(self._find_or_make, used, make, meter))
            return values

        async def only_make(missing: list[str]) -> list[Value]:
            return [made.value for made in await make(missing)]

        memory: SharedResults[str, Value] = SharedResults() if self._memory is None else self._memory
        values, _ = await memory.get(keys, only_make)
        return values

    async def _find_or_make(
        self,
        used: Journalling,
        make: Callable[[list[str]], Awaitable[Sequence[Made[Value]]]],
        meter: Meter,
        keys: list[str],
    ) -> list[Value]:
        turn = turn_in_use()
        turn.begin_question()
        try:
            found: dict[str, Value] = {}
            missing: list[str] = []
            for key in keys:
                entry = await used.journal.find(key)
                if entry is None:
                    missing.append(key)
                else:
                    found[key] = self._read(entry)
                    meter.replay(Role(entry.role), Usage() if key in used.counted else entry.usage)
                    used.counted.add(key)
            if missing:
                answers = await make(missing)
                used.counted.update(missing)
                await _keep(used.journal, missing, answers)
                for key, made in zip(missing, answers, strict=True):
                    found[key] = made.value
            return [found[key] for key in keys]
        finally:
            turn.end_question()


async def _keep(journal: Journal, keys: Sequence[str], answers: Sequence[Made[Any]]) -> None:
    if len(keys) == 1:  # mostly; a task of its own would wait for its turn in the loop twice more
        await journal.add(keys[0], answers[0].entry())
    else:
        await asyncio.gather(*(journal.add(key, made.entry()) for key, made in zip(keys, answers, strict=True)))
