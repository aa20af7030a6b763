"""A transport that answers from a script, for tests of what stands on top of models."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from optimizer_core.budget import Usage
from optimizer_core.json_values import JsonObject
from optimizer_core.models.base import ChatAnswer, ChatRequest, EmbeddingAnswer, EmbeddingRequest
from optimizer_core.models.embedding_model import EmbeddingModel
from optimizer_core.models.language_model import LanguageModel

Script = Sequence[Any] | Callable[[ChatRequest], Any]


class ScriptedTransport:
    """Answers with the next object of the script, or with what a function makes of the request."""

    def __init__(self, script: Script = (), vectors: Mapping[str, Sequence[float]] | None = None) -> None:
        self.script = script if callable(script) else list(script)
        self.vectors = vectors or {}
        self.requests: list[ChatRequest] = []
        self.embedded: list[str] = []

    async def chat(self, request: ChatRequest) -> ChatAnswer:
        self.requests.append(request)
        answer = self.script(request) if callable(self.script) else self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return ChatAnswer(text=text, usage=Usage(calls=1, prompt_tokens=10, completion_tokens=5))

    async def embed(self, request: EmbeddingRequest) -> EmbeddingAnswer:
        self.embedded.extend(request.texts)
        return EmbeddingAnswer(vectors=[self.vectors[text] for text in request.texts], usage=Usage(calls=1))

    def schema_of(self, number: int) -> JsonObject:
        """The schema that went with a request."""
        return self.requests[number].schema or {}

    def user_inputs(self) -> list[Any]:
        """What was asked: the last message of each request, read as JSON."""
        return [json.loads(request.messages[-1]["content"]) for request in self.requests]


def scripted(*answers: Any) -> tuple[LanguageModel, ScriptedTransport]:
    """A model that gives these answers in order; one function as the only answer is called with each request."""
    transport = ScriptedTransport(answers[0] if len(answers) == 1 and callable(answers[0]) else answers)
    return LanguageModel("scripted/model", retry=1, transport=transport), transport


def embedder(vectors: Mapping[str, Sequence[float]]) -> tuple[EmbeddingModel, ScriptedTransport]:
    """A model that knows these texts' vectors."""
    transport = ScriptedTransport(vectors=vectors)
    return EmbeddingModel("scripted/embedding", retry=1, transport=transport), transport
