"""A transport that follows a script of answers, errors and actions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from optimizer_core.budget import Usage
from optimizer_core.models.base import ChatAnswer, ChatRequest, EmbeddingAnswer, EmbeddingRequest


def answer(text: str, **more: Any) -> ChatAnswer:
    return ChatAnswer(text=text, usage=Usage(calls=1, prompt_tokens=10, completion_tokens=2, cost=0.5), **more)


class Script:
    """Gives the next entry: an answer, an error to raise, or a function of the request; the last one repeats."""

    def __init__(self, *entries: ChatAnswer | Exception | Callable[[ChatRequest], Any], delay: float = 0.0) -> None:
        self.entries = list(entries)
        self.delay = delay
        self.requests: list[ChatRequest] = []
        self.embeddings: list[EmbeddingRequest] = []
        self.under_way = self.most_under_way = 0

    async def chat(self, request: ChatRequest) -> ChatAnswer:
        self.requests.append(request)
        entry = self.entries.pop(0) if len(self.entries) > 1 else self.entries[0]
        await self._wait()
        if isinstance(entry, Exception):
            raise entry
        return entry if isinstance(entry, ChatAnswer) else entry(request)

    async def embed(self, request: EmbeddingRequest) -> EmbeddingAnswer:
        self.embeddings.append(request)
        await self._wait()
        entry = self.entries.pop(0) if self.entries else None
        if isinstance(entry, Exception):
            raise entry
        vectors = [[float(len(text)), 1.0] for text in request.texts]
        return EmbeddingAnswer(vectors=vectors, usage=Usage(calls=1, prompt_tokens=len(request.texts)))

    async def _wait(self) -> None:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self.delay)
        finally:
            self.under_way -= 1
