"""The addresses of the server: chat, embeddings, and a door for whoever measures."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Any

from benchmarks.server.counts import Counts
from benchmarks.server.faults import BROKEN_JSON, HANG, RATE_LIMIT, SERVER_ERROR, Faults, RateLimit
from benchmarks.server.http import Reply
from benchmarks.task.chance import chance
from benchmarks.task.models import SimulatedModels

DIMENSIONS = 64  # of an embedding


@dataclass(slots=True)
class Settings:
    """What whoever measures may change while the server runs."""

    latency: float = 0.0  # seconds before each answer
    counting: bool = True  # False while a finished program is scored
    budget: int | None = None  # calls; later ones are refused


class App:
    """Answers requests, one after the other.

    Args:
        models: who writes the answers.
        settings: latency, budget, counting.
        faults: what goes wrong on purpose.
        rate_limit: requests a second.
    """

    def __init__(
        self, models: SimulatedModels, settings: Settings, faults: Faults, rate_limit: int | None = None
    ) -> None:
        self.settings = settings
        self.counts = Counts()
        self._models = models
        self._faults = faults
        self._rng = random.Random(faults.seed)
        self._limit = RateLimit(rate_limit)

    def handle(self, path: str, body: Any) -> Reply:
        """Answer one request."""
        if path.endswith("/chat/completions"):
            return self._refusal(body) or self._fault(body) or self._chat(body)
        if path.endswith("/embeddings"):
            return self._refusal(body) or self._embed(body)
        if path == "/counts":
            return Reply(self.counts.as_json())
        if path == "/settings":
            return self._change(body)
        return Reply(_error("no such address"), status=404)

    def _change(self, body: dict[str, Any]) -> Reply:
        for name, value in body.items():
            if name == "reset":
                self.counts = Counts()
            else:
                setattr(self.settings, name, value)
        return Reply({})

    def _refusal(self, body: dict[str, Any]) -> Reply | None:
        """Count the call, or refuse it: the budget is used up."""
        if not self.settings.counting:
            return None
        if self.settings.budget is not None and self.counts.calls >= self.settings.budget:
            self.counts.refused += 1
            return Reply(_error("the budget of calls is used up"), status=400)
        self.counts.of(body.get("model", "")).calls += 1
        return None

    def _fault(self, body: dict[str, Any]) -> Reply | None:
        wait = self._limit.wait(time.monotonic())
        if wait:
            self.counts.faults += 1
            return Reply(_error("rate limit reached"), status=429, headers={"Retry-After": f"{wait:.3f}"})
        kind = self._faults.draw(self._rng) if self.settings.counting else None
        if kind is None:
            return None
        self.counts.faults += 1
        delay = self.settings.latency
        if kind == RATE_LIMIT:
            return Reply(_error("rate limit reached"), status=429, headers={"Retry-After": "0.05"}, delay=delay)
        if kind == SERVER_ERROR:
            return Reply(_error("the server failed"), status=500, delay=delay)
        if kind == HANG:
            return Reply({}, dropped=True, delay=self._faults.hang)
        assert kind == BROKEN_JSON
        text = self._models.answer(body)
        return self._answer(body, text[: max(1, len(text) // 2)])

    def _chat(self, body: dict[str, Any]) -> Reply:
        return self._answer(body, self._models.answer(body))

    def _answer(self, body: dict[str, Any], text: str) -> Reply:
        prompt = sum(len(str(message["content"])) for message in body["messages"]) // 4
        completion = len(text) // 4
        if self.settings.counting:
            tally = self.counts.of(body.get("model", ""))
            tally.prompt_tokens += prompt
            tally.completion_tokens += completion
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        value = {
            "id": "chat",
            "object": "chat.completion",
            "created": 0,
            "model": body.get("model", ""),
            "choices": [choice],
            "usage": _usage(prompt, completion),
        }
        return Reply(value, delay=self.settings.latency)

    def _embed(self, body: dict[str, Any]) -> Reply:
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        tokens = sum(len(str(text)) for text in texts) // 4
        if self.settings.counting:
            tally = self.counts.of(body.get("model", ""))
            tally.texts += len(texts)
            tally.prompt_tokens += tokens
        data = [
            {"object": "embedding", "index": i, "embedding": word_vector(str(text))} for i, text in enumerate(texts)
        ]
        value = {"object": "list", "data": data, "model": body.get("model", ""), "usage": _usage(tokens, 0)}
        return Reply(value, delay=self.settings.latency)


def word_vector(text: str) -> list[float]:
    """Return a vector that texts with common words share parts of; never all zeros."""
    vector = [0.0] * DIMENSIONS
    for word in text.lower().split() or [""]:
        vector[int(chance(word) * DIMENSIONS)] += 1.0
    return vector


def _usage(prompt: int, completion: int) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "benchmark"}}
