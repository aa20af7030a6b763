"""Keeps a run's questions and answers as rows; an answer is handed on when its row is there for good."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from omegaweb.engine.holding import Holding, insert
from omegaweb.engine.json_column import json_column
from omegaweb.engine.recorder import Writer, writer
from omegaweb.runs.models import JournalEntry, JournalPart
from optimizer_core.budget import Usage
from optimizer_core.json_values import JsonObject, storable
from optimizer_core.models.giving_way import turn_in_use
from optimizer_core.models.journal import Entry
from optimizer_core.models.messages import Messages, Prefix
from optimizer_core.models.question_key import schema_hash

_USED = ("calls", "prompt_tokens", "completion_tokens", "cost", "unpriced_calls", "seconds")
#: What has a column of its own beside the settings.
_ELSEWHERE = {"messages", "schema", "text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An entry on its way into the database."""

    key: str
    entry: Entry


class RowJournal:
    """The journal of one run. Make it in a thread that may use the ORM; the rest belongs to the run's loop.

    The loop only says what was answered. Rows are put together in the writer's thread, many after each other, which
    takes half as long as one now and then between other things.
    """

    def __init__(self, run_id: int, *, via: Writer = writer) -> None:
        self._run_id = run_id
        self._writer = via
        self._arrived: list[Answered] = []  # not handed to the writer yet
        self._waiting: list[asyncio.Future[None]] = []  # who waits for each of them
        # What earlier parts of the run were answered; what this part is answered, it remembers itself.
        self._earlier = set(JournalEntry.objects.filter(run_id=run_id).values_list("key", flat=True))
        # Only the writer's thread touches what follows.
        self._parts = set(JournalPart.objects.filter(run_id=run_id).values_list("key", flat=True))
        self._newest_settings: tuple[JsonObject, Any] = ({}, json_column({}))

    async def find(self, key: str) -> Entry | None:
        """Return what an earlier part of the run was answered."""
        if key not in self._earlier:
            return None
        return await asyncio.wrap_future(self._writer.at_once(self._run_id, lambda: self._read(key)))

    async def add(self, key: str, entry: Entry) -> None:
        """Keep an entry, in one statement with those that come at the same time; who waits for it lends its turn.

        Raises:
            RecordingFailed: it could not be written, or the run is not this process's any more.
        """
        loop = asyncio.get_running_loop()
        stored = loop.create_future()
        if not self._arrived:
            loop.call_soon(self._hand_over)  # with what else comes in this turn of the loop
        self._arrived.append(Answered(key=key, entry=entry))
        self._waiting.append(stored)
        turn = turn_in_use()
        is_lent = turn.lend()
        await stored
        if is_lent:
            turn.take_back()

    def close(self) -> None:
        """Wait, once the loop is over, until everything is written: nobody waits for it any more, but it was paid."""
        self._hand_over()
        self._writer.at_once(self._run_id, lambda: None).result()

    def _hand_over(self) -> None:
        arrived, waiting = self._arrived, self._waiting
        self._arrived, self._waiting = [], []
        if arrived:
            self._writer.keep(self._run_id, arrived, self._write, waiting=waiting)

    def _read(self, key: str) -> Entry:
        row = JournalEntry.objects.get(run_id=self._run_id, key=key)
        usage = Usage(**{name: getattr(row, name) for name in _USED})
        return Entry(role=row.role, model=row.model, request=row.request, answer=row.answer, usage=usage)

    def _write(self, answered: Sequence[Answered], holding: Holding) -> None:
        """Write entries and whatever parts of them are new, in the writer's thread."""
        parts: dict[str, Any] = {}
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        rows = [{**self._row(each.key, each.entry, parts), "at": now} for each in answered]
        if parts:  # first: without an entry they harm nobody, while an entry without them could not be read
            shared = [{"run_id": self._run_id, "key": key, "value": value} for key, value in parts.items()]
            insert(JournalPart, shared, holding)
        if insert(JournalEntry, rows, holding) < len(rows):
            holding.confirm()  # else they were there already
        self._parts |= parts.keys()

    def _row(self, key: str, entry: Entry, parts: dict[str, Any]) -> dict[str, Any]:
        """Return an entry as a row takes it, without its time, and add to the parts what is not stored yet."""
        request, used = entry.request, entry.usage
        messages, schema = request.get("messages", ()), request.get("schema")
        return {
            "run_id": self._run_id,
            "key": key,
            "role": entry.role,
            "model": entry.model,
            "context_key": self._context(messages, parts),
            "schema_key": self._share(schema_hash(schema), schema, parts) if schema else "",
            "question": _mended(messages[-1] if messages else {"text": request["text"]}),
            "settings": self._settings(request),
            "answer": _mended(entry.answer),
            "calls": used.calls,
            "prompt_tokens": used.prompt_tokens,
            "completion_tokens": used.completion_tokens,
            "cost": used.cost,
            "unpriced_calls": used.unpriced_calls,
            "seconds": used.seconds,
        }

    def _settings(self, request: JsonObject) -> Any:
        """Return what is left of a request as JSON; it is mostly that of the question before."""
        settings = {name: value for name, value in request.items() if value and name not in _ELSEWHERE}
        if settings != self._newest_settings[0]:
            self._newest_settings = settings, _mended(settings)
        return self._newest_settings[1]

    def _context(self, messages: Sequence[JsonObject], parts: dict[str, Any]) -> str:
        prefix = messages.prefix if isinstance(messages, Messages) else Prefix(messages[:-1])
        if not prefix.messages:
            return ""
        return self._share(prefix.key, list(prefix.messages), parts)

    def _share(self, key: str, value: Any, parts: dict[str, Any]) -> str:
        """Put what many entries have in common among the parts, unless it is stored already."""
        if key not in self._parts and key not in parts:
            parts[key] = _mended(value)
        return key


def _mended(value: Any) -> Any:
    """Return a JSON value as every database and encoder takes it."""
    text = json_column(value)
    if isinstance(text, str) and "\\u" not in text:  # JSON writes all that may need mending so
        return text
    return json_column(storable(value))


def paid_since(run_id: int, moment: datetime) -> Usage:
    """Return what the answers took that came into a run's journal after a moment."""
    found = JournalEntry.objects.filter(run_id=run_id, at__gt=moment).aggregate(**{name: Sum(name) for name in _USED})
    return Usage(**{name: value or 0 for name, value in found.items()})


def paid_by_role(run_id: int) -> dict[str, dict[str, Any]]:
    """Return what the answers in a run's journal took, by role; attempts that brought no answer are not in it."""
    rows = JournalEntry.objects.filter(run_id=run_id).order_by().values_list("role")
    found = rows.annotate(*(Sum(name) for name in _USED))
    return {role: dict(zip(_USED, sums, strict=True)) for role, *sums in found}
