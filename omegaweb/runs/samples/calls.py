"""The calls of models behind a score, as the journal kept them: the prompt that was sent, the answer, what it took."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omegaweb.runs.models import JournalEntry, JournalPart, SampleScore
from omegaweb.runs.values import Value, as_text, shown_values

ROLES = {"task": "Answer", "judge": "Judgement", "embedding": "Embedding", "proposer": "Proposal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One question to a model and its answer."""

    entry: JournalEntry
    messages: list[Value]  # who speaks, and what
    schema: str  # that the answer had to follow; empty for free text
    settings: list[Value]
    answer: str
    reasoning: str  # that came beside the answer, of models that think
    refusal: str

    @property
    def name(self) -> str:
        """What the model was asked for."""
        return ROLES.get(self.entry.role, self.entry.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What calls took together."""

    tokens: int
    cost: float
    unpriced: int  # attempts without a known price
    seconds: float


def spent_on(calls: Sequence[Call]) -> Spent:
    """Return what some calls took together."""
    entries = [call.entry for call in calls]
    return Spent(
        tokens=sum(entry.tokens for entry in entries),
        cost=math.fsum(entry.cost for entry in entries),
        unpriced=sum(entry.unpriced_calls for entry in entries),
        seconds=math.fsum(entry.seconds for entry in entries),
    )


def calls_behind(scores: Iterable[SampleScore], run_id: int) -> dict[int, list[Call]]:
    """Return the calls behind scores of one run, by the key of the score and in their order; two queries."""
    listed = list(scores)
    wanted = {key for score in listed for key in score.questions}
    entries = {entry.key: entry for entry in JournalEntry.objects.filter(run_id=run_id, key__in=wanted)}
    shared = {key for entry in entries.values() for key in entry.part_keys}
    parts = dict(JournalPart.objects.filter(run_id=run_id, key__in=shared).values_list("key", "value"))
    calls = {key: _call(entry, parts) for key, entry in entries.items()}
    return {score.pk: [calls[key] for key in score.questions if key in calls] for score in listed}


def _call(entry: JournalEntry, parts: Mapping[str, Any]) -> Call:
    asked = entry.asked(parts)
    messages = asked.get("messages") or [{"role": "text", "content": asked.get("text", "")}]
    return Call(
        entry=entry,
        messages=[Value(name=str(each.get("role", "")), text=as_text(each.get("content"))) for each in messages],
        schema=as_text(asked.get("schema"), indent=2),
        settings=shown_values({**asked["settings"], **_unusual(asked)}),
        answer=as_text(entry.answer.get("text")),
        reasoning=as_text(entry.answer.get("reasoning")),
        refusal=as_text(entry.answer.get("refusal")),
    )


def _unusual(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in ("api_base", "form", "repeat") if asked.get(name)}
