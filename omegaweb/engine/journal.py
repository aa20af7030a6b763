"""Keeps a run's questions and answers as rows; an answer is handed on when its row is there for good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db import connection
from django.db.models import Model, Sum
from django.utils import timezone

from omegaweb.engine.holding import Holding, Row, insert
from omegaweb.engine.json_column import json_column
from omegaweb.engine.own_connection import Busy, NotWritten, OwnConnection
from omegaweb.engine.recorder import RecordingFailed, Writer, writer
from omegaweb.runs.models import JournalEntry, JournalPart
from optimizer_core.budget import Usage
from optimizer_core.json_values import JsonObject, storable
from optimizer_core.models.giving_way import turn_in_use
from optimizer_core.models.journal import Entry
from optimizer_core.models.messages import Messages, Prefix
from optimizer_core.models.question_key import schema_hash

#: Writes rows as long as the run is held, and returns how many.
Insert: TypeAlias = Callable[[type[Model], Sequence[Row], Holding], int]

#: How often the run's own thread tries to write, and the seconds between two times.
TRIES, PAUSE = 5, 0.002

_USED = ("calls", "prompt_tokens", "completion_tokens", "cost", "unpriced_calls", "seconds")
#: What has a column of its own beside the settings.
_ELSEWHERE = {"messages", "schema", "text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An entry on its way into the database."""

    row: dict[str, Any]
    parts: dict[str, Any]  # of it that may not be stored yet
    stored: asyncio.Future[None]  # what its answer waits for


class RowJournal:
    """The journal of one run. Make it in a thread that may use the ORM; the rest belongs to the run's loop."""

    def __init__(self, run_id: int, *, via: Writer = writer) -> None:
        self._run_id = run_id
        self._writer = via
        self._ops = connection.ops  # knows how rows are encoded; each task of a loop would make a connection to ask it
        self._own = OwnConnection.if_possible()
        self._has_begun = False  # the writer has kept an entry, and knows that the run gets further
        self._newest_settings: tuple[JsonObject, Any] = ({}, json_column({}))
        self._arrived: list[Answered] = []  # since the last statement
        # What earlier parts of the run were answered; what this part is answered, it remembers itself.
        self._earlier = set(JournalEntry.objects.filter(run_id=run_id).values_list("key", flat=True))
        self._parts = set(JournalPart.objects.filter(run_id=run_id).values_list("key", flat=True))

    async def find(self, key: str) -> Entry | None:
        """Return what an earlier part of the run was answered."""
        if key not in self._earlier:
            return None
        return await asyncio.wrap_future(self._writer.at_once(self._run_id, lambda: self._read(key)))

    async def add(self, key: str, entry: Entry) -> None:
        """Keep an entry, in one statement with those that come at the same time; who waits for it, lends its turn.

        Raises:
            RecordingFailed: it could not be written, or the run is not this process's any more.
        """
        loop, parts = asyncio.get_running_loop(), dict[str, Any]()
        answered = Answered(row=self._row(key, entry, parts), parts=parts, stored=loop.create_future())
        if self._own is None or not self._has_begun:
            self._leave_to_writer([answered])
        else:
            if not self._arrived:
                loop.call_soon(self._write_arrived, TRIES)  # with what else comes in this turn of the loop
            self._arrived.append(answered)
        turn = turn_in_use()
        is_lent = turn.lend()
        await answered.stored
        self._has_begun = True
        if is_lent:
            turn.take_back()

    def close(self) -> None:
        """Let go of the database, once the loop is over; what is added later goes through the writer."""
        if self._own is not None:
            self._write_arrived(1)  # nobody waits for it any more, but it was paid
            self._own.close()
            self._own = None

    def _leave_to_writer(self, answered: Sequence[Answered]) -> None:
        self._writer.keep(self._run_id, answered, self._write, waiting=[each.stored for each in answered])

    def _write_arrived(self, tries: int) -> None:
        """Write what has arrived in the run's own thread; what would have to wait there is left to the writer."""
        arrived, self._arrived = self._arrived, []
        if not arrived:  # the journal was closed meanwhile
            return
        try:
            if self._own is None:
                raise NotWritten("the run is over")
            if not self._insert(arrived, self._writer.holding(self._run_id), self._own.insert):
                raise NotWritten("the run is lost, or they were there already")
        except (NotWritten, RecordingFailed) as error:
            if isinstance(error, Busy) and tries > 1:
                self._arrived = arrived  # what comes meanwhile goes with it
                asyncio.get_running_loop().call_later(PAUSE, self._write_arrived, tries - 1)
                return
            self._leave_to_writer(arrived)
        else:
            for answered in arrived:
                if not answered.stored.done():  # else nobody waits for it any more
                    answered.stored.set_result(None)

    def _read(self, key: str) -> Entry:
        row = JournalEntry.objects.get(run_id=self._run_id, key=key)
        usage = Usage(**{name: getattr(row, name) for name in _USED})
        return Entry(role=row.role, model=row.model, request=row.request, answer=row.answer, usage=usage)

    def _write(self, answered: Sequence[Answered], holding: Holding) -> None:
        """Write entries in the writer's thread."""
        if not self._insert(answered, holding, insert):
            holding.confirm()  # else they were there already

    def _insert(self, answered: Sequence[Answered], holding: Holding, insert: Insert) -> bool:
        """Write entries and whatever parts of them are new, and return whether all of them were written."""
        parts = {key: value for each in answered for key, value in each.parts.items() if key not in self._parts}
        if parts:  # first: without an entry they harm nobody, while an entry without them could not be read
            shared = [{"run_id": self._run_id, "key": key, "value": value} for key, value in parts.items()]
            insert(JournalPart, shared, holding)
            self._parts.update(parts)
        now = self._ops.adapt_datetimefield_value(timezone.now())
        for each in answered:
            each.row["at"] = now
        return insert(JournalEntry, [each.row for each in answered], holding) == len(answered)

    def _row(self, key: str, entry: Entry, parts: dict[str, Any]) -> dict[str, Any]:
        """Return an entry as a row takes it, without its time, and add to its parts what is not stored yet."""
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
        if key not in self._parts:
            parts[key] = _mended(value)
        return key


def _mended(value: Any) -> Any:
    """Return a JSON value as a column takes it, and every database and encoder, too."""
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
