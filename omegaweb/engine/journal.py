"""Keeps a run's questions and answers as rows; an answer is handed on when its row is there for good."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from omegaweb.engine.recorder import Writer, writer
from omegaweb.runs.models import JournalEntry, JournalPart
from optimizer_core.budget import Usage
from optimizer_core.json_values import JsonObject, storable
from optimizer_core.models.journal import Entry
from optimizer_core.models.messages import Messages, Prefix
from optimizer_core.models.question_key import schema_hash

_USED = ("calls", "prompt_tokens", "completion_tokens", "cost", "unpriced_calls", "seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An entry on its way into the database."""

    key: str
    entry: Entry
    at: datetime


class RowJournal:
    """The journal of one run. Make it in a thread that may use the ORM; the rest belongs to the run's loop."""

    def __init__(self, run_id: int, *, via: Writer = writer) -> None:
        self._run_id = run_id
        self._writer = via
        # What earlier parts of the run were answered; what this part is answered, it remembers itself.
        self._earlier = set(JournalEntry.objects.filter(run_id=run_id).values_list("key", flat=True))
        self._parts = set(JournalPart.objects.filter(run_id=run_id).values_list("key", flat=True))

    async def find(self, key: str) -> Entry | None:
        """Return what an earlier part of the run was answered."""
        if key not in self._earlier:
            return None
        return await asyncio.wrap_future(self._writer.at_once(self._run_id, lambda: self._read(key)))

    async def add(self, key: str, entry: Entry) -> None:
        """Keep an entry, in one transaction with those that come at the same time.

        Raises:
            RecordingFailed: it could not be written, or the run is not this process's any more.
        """
        answered = Answered(key=key, entry=entry, at=timezone.now())
        await asyncio.wrap_future(self._writer.keep(self._run_id, answered, self._write))

    def _read(self, key: str) -> Entry:
        row = JournalEntry.objects.get(run_id=self._run_id, key=key)
        usage = Usage(**{name: getattr(row, name) for name in _USED})
        return Entry(role=row.role, model=row.model, request=row.request, answer=row.answer, usage=usage)

    def _write(self, answered: Iterable[Answered]) -> None:
        """Write entries and whatever parts of them are new; called in the writer's thread, in a transaction."""
        parts: dict[str, Any] = {}
        rows = [self._row(each, parts) for each in answered]
        if parts:
            JournalPart.objects.bulk_create(
                [JournalPart(run_id=self._run_id, key=key, value=value) for key, value in parts.items()],
                ignore_conflicts=True,
            )
        JournalEntry.objects.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(lambda: self._parts.update(parts))

    def _row(self, answered: Answered, parts: dict[str, Any]) -> JournalEntry:
        entry, request = answered.entry, dict(answered.entry.request)
        messages, schema = request.pop("messages", ()), request.pop("schema", None)
        question = messages[-1] if messages else {"text": request.pop("text")}
        return JournalEntry(
            run_id=self._run_id,
            key=answered.key,
            role=entry.role,
            model=entry.model,
            context_key=self._context(messages, parts),
            schema_key=self._share(schema_hash(schema), schema, parts) if schema else "",
            question=storable(question),
            settings={name: value for name, value in request.items() if value},
            answer=storable(entry.answer),
            at=answered.at,
            **{name: getattr(entry.usage, name) for name in _USED},
        )

    def _context(self, messages: Sequence[JsonObject], parts: dict[str, Any]) -> str:
        prefix = messages.prefix if isinstance(messages, Messages) else Prefix(messages[:-1])
        if not prefix.messages:
            return ""
        return self._share(prefix.digest.hexdigest()[:32], list(prefix.messages), parts)

    def _share(self, key: str, value: Any, parts: dict[str, Any]) -> str:
        """Put what many entries have in common among the parts, unless it is stored already."""
        if key not in self._parts and key not in parts:
            parts[key] = storable(value)
        return key


def paid_by_role(run_id: int) -> dict[str, dict[str, Any]]:
    """Return what the answers in a run's journal took, by role; attempts that brought no answer are not in it."""
    rows = JournalEntry.objects.filter(run_id=run_id).order_by().values_list("role")
    found = rows.annotate(*(Sum(name) for name in _USED))
    return {role: dict(zip(_USED, sums, strict=True)) for role, *sums in found}
