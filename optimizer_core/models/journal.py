"""The journal of a run: every answer of a model is kept before it counts, so that no question is paid for twice.

A run's journal belongs to the run's context and is not handed from call to call: rewards and modules of one's own ask
models with nothing but a meter, and their questions have to be kept as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol, runtime_checkable

from optimizer_core.budget import Role, Usage
from optimizer_core.json_values import JsonObject, fields_to_json
from optimizer_core.models.shared_results import SharedResults
from optimizer_core.records import quick_dataclass


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One question to a model, its answer, and what that took."""

    role: str  # what it was for: a value of Role
    model: str  # LiteLLM model string
    request: JsonObject  # messages, schema, form, settings, api_base, repeat; of an embedding text, settings, api_base
    answer: JsonObject  # text, reasoning, finish_reason, refusal; of an embedding vector
    usage: Usage  # of all attempts; where one request embedded many texts, it stands with the first of them

    def to_json(self) -> JsonObject:
        return {**fields_to_json(self), "usage": fields_to_json(self.usage)}

    @classmethod
    def from_json(cls, saved: JsonObject) -> Entry:
        return cls(**{**saved, "usage": Usage(**saved["usage"])})


class Journal(Protocol):
    """Where a run's questions and answers are kept, by a hash of what was asked.

    A run with a journal asks each question once: what is in it already is not asked, paid or counted again.
    """

    async def find(self, key: str) -> Entry | None:
        """Return what was answered, by an earlier part of the run, or None."""
        ...

    async def add(self, key: str, entry: Entry) -> None:
        """Keep an entry; once this returns, nothing can make it unsaid."""
        ...


@runtime_checkable
class CountingJournal(Journal, Protocol):
    """A journal that knows what its answers took, so that a run that goes on knows what it has spent.

    One without that leaves it to whoever gives the state to go on from: ``resume_from`` must hold all that was spent.
    """

    def __len__(self) -> int:
        """Return how many entries there are."""
        ...

    def paid(self, since: int) -> dict[Role, Usage]:
        """Return what the entries took, by role, without the first ``since`` of them."""
        ...


def paid_for(entries: Iterable[Entry]) -> dict[Role, Usage]:
    """Return what entries took, by role."""
    by_role: dict[Role, Usage] = {}
    for entry in entries:
        role = Role(entry.role)
        by_role[role] = by_role.get(role, Usage()) + entry.usage
    return by_role


class MemoryJournal:
    """A journal that lasts as long as the object, for tests and for trying again."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def __len__(self) -> int:
        return len(self.entries)

    def paid(self, since: int) -> dict[Role, Usage]:
        return paid_for(islice(self.entries.values(), since, None))

    async def find(self, key: str) -> Entry | None:
        return self.entries.get(key)

    async def add(self, key: str, entry: Entry) -> None:
        self.entries[key] = entry


@dataclass(slots=True)
class Journalling:
    """A journal in use: what is being asked right now is asked once as well."""

    journal: Journal
    known: SharedResults[str, Any] = field(default_factory=SharedResults)
    counted: set[str] = field(default_factory=set)  # keys of answers whose cost the meter knows


_in_use: ContextVar[Journalling | None] = ContextVar("journal", default=None)
_questions: ContextVar[list[str] | None] = ContextVar("questions", default=None)


@contextmanager
def journalling(journal: Journal | None) -> Iterator[None]:
    """Let whatever is asked in here, also by tasks begun in here, go through a journal; None changes nothing."""
    token = _in_use.set(_in_use.get() if journal is None else Journalling(journal))
    try:
        yield
    finally:
        _in_use.reset(token)


@contextmanager
def noting_questions() -> Iterator[list[str]]:
    """Give a list that fills with the keys of the questions asked in here, each once, in order."""
    questions: list[str] = []
    token = _questions.set(questions)
    try:
        yield questions
    finally:
        _questions.reset(token)


def in_use() -> Journalling | None:
    """Return the journal of this context, if there is one."""
    return _in_use.get()


def note(keys: list[str]) -> None:
    """Say that these questions are asked."""
    questions = _questions.get()
    if questions is not None:
        questions.extend(key for key in keys if key not in questions)
