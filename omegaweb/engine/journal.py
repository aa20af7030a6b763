"""Keeps a run's questions and answers as rows; an answer is handed on when nothing can make it unsaid any more.

Where the database is a file, an answer is written into a file of its own first, which takes the run's thread a few
hundredths of a millisecond, and the writer's thread makes rows of many at a time. Elsewhere it waits for its row.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from omegaweb.engine.answer_file import AnswerFile, LeftBehind, Record, left_behind
from omegaweb.engine.holding import Holding, insert
from omegaweb.engine.json_column import json_column, json_text, text_column
from omegaweb.engine.queued import Kept, Pile
from omegaweb.engine.recorder import Writer, writer
from omegaweb.runs.models import JournalEntry, JournalPart, Run
from optimizer_core.budget import Usage
from optimizer_core.data.by_identity import ByIdentity
from optimizer_core.json_values import JsonObject, storable
from optimizer_core.models.giving_way import turn_in_use
from optimizer_core.models.journal import Entry
from optimizer_core.models.messages import Messages, Prefix
from optimizer_core.models.question_key import schema_hash

logger = logging.getLogger(__name__)

_USED = ("calls", "prompt_tokens", "completion_tokens", "cost", "unpriced_calls", "seconds")
#: The columns that hold JSON; in a record they are texts already.
_JSON = ("settings", "question", "answer")
#: The member of a record that is no column of its entry: what it shares with others and no record before it had.
_PARTS = "parts"


class RowJournal:
    """The journal of one run. Make it in a thread that may use the ORM; the rest belongs to the run's loop.

    What an earlier process has left in files is among the rows by the time there is a journal.
    """

    def __init__(self, run_id: int, *, via: Writer = writer) -> None:
        take_in(left_behind(run_id))
        self._run_id = run_id
        self._writer = via
        self._file = AnswerFile.of_claim(run_id, via.holding(run_id).fence)
        self._pile = Pile(run_id, self._write)
        # What earlier parts of the run were answered; what this part is answered, it remembers itself.
        self._earlier = set(JournalEntry.objects.filter(run_id=run_id).values_list("key", flat=True))
        self._parts = set(JournalPart.objects.filter(run_id=run_id).values_list("key", flat=True))

    async def find(self, key: str) -> Entry | None:
        """Return what an earlier part of the run was answered."""
        if key not in self._earlier:
            return None
        return await asyncio.wrap_future(self._writer.at_once(self._run_id, lambda: self._read(key)))

    async def add(self, key: str, entry: Entry) -> None:
        """Keep an entry; whoever has to wait for its row, lends its turn.

        Raises:
            RecordingFailed: it could not be written, or the run is not this process's any more.
        """
        record = self._record(key, entry)
        # Also a line that may not be trusted is better than none, should there never be a row.
        is_line = self._file is not None and self._file.append(record)
        if self._writer.is_surely_held(self._run_id) and is_line:
            if self._pile.add(record):
                self._writer.write_later(self._pile)
        else:
            await self._wait_for_row(record)
        self._turn_over_if_full()
        self._parts.update(record[_PARTS])  # only now: a line that relies on parts is nothing without them

    def close(self) -> None:
        """Let go of the file, once the loop is over; what is added later waits for its row."""
        if self._file is not None:
            file, self._file = self._file, None
            self._writer.after_all(self._run_id, lambda: None).result()  # by then all of it are rows, or never will be
            file.close(and_remove=not self._writer.has_failed(self._run_id))

    def _turn_over_if_full(self) -> None:
        if self._file is not None and self._file.is_full and (full := self._file.turn_over()):
            self._writer.after_all(self._run_id, lambda: self._remove(full))

    def _remove(self, file: Path) -> None:
        """Remove a file, in the writer's thread, if all of it became rows."""
        if not self._writer.has_failed(self._run_id):
            file.unlink(missing_ok=True)

    async def _wait_for_row(self, record: Record) -> None:
        # With all before it: they may have parts that it shares.
        stored = asyncio.get_running_loop().create_future()
        things = [*self._pile.take(), record]
        self._writer.keep(Kept(run_id=self._run_id, things=things, write=self._write, stored=stored))
        turn = turn_in_use()
        is_lent = turn.lend()
        await stored
        if is_lent:
            turn.take_back()

    def _read(self, key: str) -> Entry:
        row = JournalEntry.objects.get(run_id=self._run_id, key=key)
        usage = Usage(**{name: getattr(row, name) for name in _USED})
        return Entry(role=row.role, model=row.model, request=row.request, answer=row.answer, usage=usage)

    def _write(self, records: Sequence[Record], holding: Holding) -> None:
        """Write entries in the writer's thread."""
        if _insert(self._run_id, records, holding) < len(records):
            holding.confirm()  # else they were there already

    def _record(self, key: str, entry: Entry) -> Record:
        """Return an entry by column."""
        request, usage = entry.request, entry.usage
        schema = request.get("schema")
        parts: dict[str, Any] = {}
        context_key, question = self._asked(request, parts)
        return {
            "key": key,
            "role": entry.role,
            "model": entry.model,
            "context_key": context_key,
            "schema_key": self._share(schema_hash(schema), schema, parts) if schema else "",
            "settings": _settings(
                request["settings"], request.get("form"), request.get("api_base"), request.get("repeat")
            ),
            "question": question,
            "answer": json_text(entry.answer),
            "calls": usage.calls,
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "cost": usage.cost,
            "unpriced_calls": usage.unpriced_calls,
            "seconds": usage.seconds,
            _PARTS: parts,
        }

    def _asked(self, request: JsonObject, parts: dict[str, Any]) -> tuple[str, str]:
        """Return what was asked: the key of the messages before the last one, and that, or the text to embed."""
        messages = request.get("messages")
        if messages is None:
            return "", json_text({"text": request["text"]})
        if isinstance(messages, Messages) and len(messages.rest.messages) == 1:  # as it was sent
            prefix, question = messages.prefix, messages.rest.text
        else:
            prefix, question = Prefix(messages[:-1]), json_text(messages[-1])
        if not prefix.messages:
            return "", question
        return self._share(prefix.key, list(prefix.messages), parts), question

    def _share(self, key: str, value: Any, parts: dict[str, Any]) -> str:
        """Put what many entries have in common among the parts, unless a record before has it."""
        if key not in self._parts:
            parts[key] = value
        return key


def take_in(files: Sequence[LeftBehind], *, remove: bool = True) -> None:
    """Make rows of answers that processes have left in files.

    Args:
        files: theirs.
        remove: False where one of them may still be written.
    """
    for file in files:
        records = list(file.records())
        with transaction.atomic():
            if Run.objects.filter(pk=file.run_id).exists():  # else somebody has deleted it
                _insert(file.run_id, records)
        if remove:
            file.path.unlink(missing_ok=True)


def take_in_all() -> None:
    """Likewise, of all runs that no process has under way as it did when it wrote them."""
    files = left_behind()
    under_way = set(Run.objects.under_way().filter(pk__in={file.run_id for file in files}).values_list("pk", "fence"))
    for file in files:
        if (file.run_id, file.fence) not in under_way:
            try:
                take_in([file])
            except (DatabaseError, OverflowError, OSError):  # it stays, and holds up none of the others
                logger.exception("%s could not be taken in", file.path)


def _insert(run_id: int, records: Sequence[Record], holding: Holding | None = None) -> int:
    """Write entries and whatever parts of them are new, and return how many entries were written."""
    parts = {key: value for record in records for key, value in record[_PARTS].items()}
    if parts:  # first: without an entry they harm nobody, while an entry without them could not be read
        shared = [{"run_id": run_id, "key": key, "value": json_column(storable(value))} for key, value in parts.items()]
        insert(JournalPart, shared, holding)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    return insert(JournalEntry, [_row(run_id, record, now) for record in records], holding)


def _row(run_id: int, record: Record, now: Any) -> dict[str, Any]:
    row = {**record, **{column: text_column(record[column]) for column in _JSON}, "run_id": run_id, "at": now}
    del row[_PARTS]
    return row


def _settings_text(settings: Mapping[str, Any], form: str | None, api_base: str | None, repeat: int | None) -> str:
    """Return what was set, as far as it is not usual."""
    said = {"settings": settings, "form": form, "api_base": api_base, "repeat": repeat}
    return json_text({name: value for name, value in said.items() if value})


_settings: ByIdentity[str] = ByIdentity(_settings_text)


def paid_since(run_id: int, moment: datetime) -> Usage:
    """Return what the answers took that came into a run's journal after a moment."""
    found = JournalEntry.objects.filter(run_id=run_id, at__gt=moment).aggregate(**{name: Sum(name) for name in _USED})
    return Usage(**{name: value or 0 for name, value in found.items()})


def paid_by_role(run_id: int) -> dict[str, dict[str, Any]]:
    """Return what the answers in a run's journal took, by role; attempts that brought no answer are not in it."""
    rows = JournalEntry.objects.filter(run_id=run_id).order_by().values_list("role")
    found = rows.annotate(*(Sum(name) for name in _USED))
    return {role: dict(zip(_USED, sums, strict=True)) for role, *sums in found}
