"""Scripted models whose questions can be looked at, and an embedding model with chosen vectors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from optimizer_core import testing
from optimizer_core.budget import Usage
from optimizer_core.json_values import JsonObject
from optimizer_core.models.base import ChatAnswer, ChatRequest, EmbeddingAnswer, EmbeddingRequest
from optimizer_core.models.embedding_model import EmbeddingModel
from optimizer_core.models.language_model import LanguageModel


class ScriptedTransport(testing.ScriptedTransport):
    """Answers from a script and tells what it was asked."""

    def schema_of(self, number: int) -> JsonObject:
        """The schema that went with a request."""
        return self.requests[number].schema or {}

    def user_inputs(self) -> list[Any]:
        """What was asked: the last message of each request, read as JSON."""
        return [json.loads(request.messages[-1]["content"]) for request in self.requests]


class VectorTransport:
    """Knows the vectors of some texts."""

    def __init__(self, vectors: Mapping[str, Sequence[float]]) -> None:
        self.vectors = vectors
        self.embedded: list[str] = []

    async def chat(self, request: ChatRequest) -> ChatAnswer:
        raise NotImplementedError("an embedding model answers nothing")

    async def embed(self, request: EmbeddingRequest) -> EmbeddingAnswer:
        self.embedded.extend(request.texts)
        return EmbeddingAnswer(vectors=[self.vectors[text] for text in request.texts], usage=Usage(calls=1))


def scripted(*answers: Any) -> tuple[LanguageModel, ScriptedTransport]:
    """A model that gives these answers in order."""
    transport = ScriptedTransport(answers)
    return LanguageModel("scripted/model", retry=1, transport=transport), transport


def embedder(vectors: Mapping[str, Sequence[float]]) -> tuple[EmbeddingModel, VectorTransport]:
    """A model that knows these texts' vectors."""
    transport = VectorTransport(vectors)
    return EmbeddingModel("scripted/embedding", retry=1, transport=transport), transport
