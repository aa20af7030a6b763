"""Doubles for tests and demonstrations: models that answer from a script, a recorder, and a scripted reviewer."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from optimizer_core.budget import Usage
from optimizer_core.callbacks import Callback
from optimizer_core.events import Event
from optimizer_core.models.base import ChatAnswer, ChatRequest, EmbeddingAnswer, EmbeddingRequest
from optimizer_core.models.embedding_model import EmbeddingModel
from optimizer_core.models.language_model import LanguageModel
from optimizer_core.review import Decision, Proposal, Verdict

#: Answers in order, or a function of the request. An answer is a JSON object, a text, or an error to raise; the
#: function may be async.
Script: TypeAlias = Sequence[Any] | Callable[[ChatRequest], Any]


class ScriptedModel(LanguageModel):
    """A language model that answers from a script, without any network.

    Args:
        script: answers in order, or a function of the request.
        latency: seconds that each answer takes.
        retry: attempts in total.
        **settings: of :class:`LanguageModel`.
    """

    def __init__(self, script: Script, *, latency: float = 0.0, retry: int = 1, **settings: Any) -> None:
        self.transport = ScriptedTransport(script, latency=latency)
        super().__init__("scripted/model", retry=retry, retry_first_wait=0.0, transport=self.transport, **settings)

    @property
    def requests(self) -> list[ChatRequest]:
        """Everything it was asked, in order."""
        return self.transport.requests


class ScriptedTransport:
    """Carries nothing anywhere: answers from a script."""

    def __init__(self, script: Script, *, latency: float = 0.0) -> None:
        self._script = script if callable(script) else list(script)
        self._latency = latency
        self.requests: list[ChatRequest] = []

    async def chat(self, request: ChatRequest) -> ChatAnswer:
        self.requests.append(request)
        await asyncio.sleep(self._latency)
        answer = self._script(request) if callable(self._script) else self._script.pop(0)
        if inspect.isawaitable(answer):
            answer = await answer
        if isinstance(answer, Exception):
            raise answer
        text = answer if isinstance(answer, str) else json.dumps(answer)
        prompt = sum(len(str(message["content"])) for message in request.messages)
        return ChatAnswer(text=text, usage=Usage(calls=1, prompt_tokens=prompt // 4, completion_tokens=len(text) // 4))

    async def embed(self, request: EmbeddingRequest) -> EmbeddingAnswer:
        raise NotImplementedError("a scripted language model embeds nothing")


class HashEmbedding(EmbeddingModel):
    """An embedding model without a network: texts that share words are close, equal texts are equal.

    Args:
        dimensions: of the vectors.
    """

    def __init__(self, *, dimensions: int = 64) -> None:
        self.transport = HashTransport(dimensions)
        super().__init__("scripted/embedding", retry=1, transport=self.transport)

    @property
    def embedded(self) -> list[str]:
        """Every text that was sent, in order."""
        return self.transport.embedded


class HashTransport:
    """Makes vectors of words' hashes."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self.embedded: list[str] = []

    async def chat(self, request: ChatRequest) -> ChatAnswer:
        raise NotImplementedError("an embedding model answers nothing")

    async def embed(self, request: EmbeddingRequest) -> EmbeddingAnswer:
        self.embedded.extend(request.texts)
        vectors = [self._vector(text) for text in request.texts]
        return EmbeddingAnswer(vectors=vectors, usage=Usage(calls=1, prompt_tokens=len(request.texts)))

    def _vector(self, text: str) -> list[float]:
        vector = np.zeros(self._dimensions)
        for word in re.findall(r"\w+", text.lower()) or [text]:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
            vector += np.random.default_rng(seed).standard_normal(self._dimensions)
        return [float(value) for value in vector]


class RecordingCallback(Callback):
    """Keeps every event of a run."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def on_event(self, event: Event) -> None:
        self.events.append(event)
        super().on_event(event)

    @property
    def kinds(self) -> list[str]:
        """The kinds in order, without ``spend.updated``, which depends on time."""
        return [event.kind for event in self.events if event.kind != "spend.updated"]

    def of(self, kind: str) -> list[Any]:
        """Return the events of one kind."""
        return [event for event in self.events if event.kind == kind]


class ScriptedGate:
    """A reviewer who decides by a function.

    Args:
        decide: gets the proposal and returns a verdict, or a decision; may be async. Approves everything when left
            out.
        delay: seconds that each review takes.
    """

    def __init__(self, decide: Callable[[Proposal], Any] | None = None, *, delay: float = 0.0) -> None:
        self._decide, self._delay = decide, delay
        self.asked: list[Proposal] = []

    async def review(self, proposal: Proposal) -> Verdict:
        self.asked.append(proposal)
        if self._delay:
            await asyncio.sleep(self._delay)
        decided = Decision.APPROVED if self._decide is None else self._decide(proposal)
        if inspect.isawaitable(decided):
            decided = await decided
        if isinstance(decided, Verdict):
            return decided
        return Verdict(decision=Decision(decided), reviewer="script")


def inputs_of(request: ChatRequest) -> Mapping[str, Any]:
    """Return the sample that a Generator's request asks about, also where it asks for a repair."""
    asked = [str(message["content"]) for message in request.messages if message["role"] == "user"]
    inputs: Mapping[str, Any] = json.loads(next(text for text in reversed(asked) if text.startswith("{")))
    return inputs
