"""What a model is asked and what it answers, and the one-method seam to whoever carries the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from optimizer_core.budget import Usage
from optimizer_core.json_values import JsonObject
from optimizer_core.records import quick_dataclass

#: How an answer by a schema is asked for, the surest first: by the schema itself, as any JSON object, in words alone.
FORMS = ("json_schema", "json_object", "text")


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One question to a language model."""

    model: str  # LiteLLM model string, "openai/gpt-4o-mini"
    messages: tuple[JsonObject, ...]  # {"role": system | user | assistant, "content": text}; may be Messages
    schema: JsonObject | None = None  # JSON Schema the answer must fit; only ever read
    form: str = FORMS[0]  # how it is asked for, where there is a schema
    settings: Mapping[str, Any] = field(default_factory=dict)  # temperature, max_tokens …; no None; only ever read
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 600.0  # seconds


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class ChatAnswer:
    """What came back over the wire, unchecked."""

    text: str
    usage: Usage
    reasoning: str = ""  # the provider's own reasoning trace, where it gives one
    finish_reason: str = "stop"  # "length" where the token limit cut it, "content_filter" where a filter did
    refusal: str = ""  # what the model said instead of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingRequest:
    """Texts to embed in one call."""

    model: str
    texts: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 600.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingAnswer:
    """One vector for each text, in order."""

    vectors: Sequence[Sequence[float]]
    usage: Usage


class Transport(Protocol):
    """Carries one attempt to a provider; no retry, no cache, no budget.

    Raises:
        ModelError: with the subclass that says whether trying again can help.
    """

    async def chat(self, request: ChatRequest) -> ChatAnswer: ...

    async def embed(self, request: EmbeddingRequest) -> EmbeddingAnswer: ...


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A checked answer of a language model."""

    value: JsonObject  # fits the asked schema; {"content": text} where no schema was asked
    usage: Usage
    reasoning: str = ""
    cached: bool = False
