"""A real HTTP server that speaks OpenAI's protocol, for tests: answers by a function, with latency and faults."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import threading
from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.openai_outcomes import (
    ANSWERED,
    BROKEN_JSON,
    CUT,
    DOWN,
    DROPPED,
    EMBEDDED,
    FAULTS,
    FILTER_ERROR,
    FILTERED,
    HANG,
    NO_CREDIT,
    NO_JSON,
    OVERLOAD,
    RATE_LIMIT,
    RATE_LIMIT_NO_HINT,
    REFUSAL,
    REVOKED,
    SERVER_ERROR,
    TRUNCATED,
    Counts,
)

#: Turns the body of a chat request into the text of the answer.
Responder = Callable[[dict[str, Any]], str]


class OpenAIServer:
    """Serves /v1/chat/completions and /v1/embeddings on a free port of 127.0.0.1.

    As an async context manager it runs in the caller's loop, as a plain one in a thread of its own.

    Args:
        respond: answers a chat.
        latency: seconds before each answer.
        faults: share of the chat requests that fail, by kind; drawn with ``seed``.
        hang: seconds a hanging request takes before its connection is dropped.
        dimensions: of the embeddings, which are made from the words of a text.
        knows: the types of ``response_format`` that it takes; others it rejects with status 400.
        price: US dollars a token, told with each answer; none is told when left out.
    """

    def __init__(
        self,
        respond: Responder,
        *,
        latency: float = 0.0,
        faults: Mapping[str, float] | None = None,
        seed: int = 0,
        hang: float = 30.0,
        dimensions: int = 32,
        knows: Collection[str] = ("json_schema", "json_object"),
        price: float | None = None,
    ) -> None:
        unknown = set(faults or {}) - set(FAULTS)
        if unknown:
            raise ValueError(f"unknown faults {sorted(unknown)}; there are {', '.join(FAULTS)}")
        self.counts = Counts()
        self.latency = latency
        self.mood = ""  # DOWN, REVOKED or NO_CREDIT; may be set from another thread
        self._price = price
        self._respond = respond
        self._faults = dict(faults or {})
        self._rng = random.Random(seed)
        self._hang = hang
        self._dimensions = dimensions
        self._knows = knows
        self._runner: web.AppRunner | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.url = ""  # with /v1 at its end

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/embeddings", self._embed)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def __enter__(self) -> Self:
        started = threading.Event()
        self._loop = asyncio.new_event_loop()

        def serve() -> None:
            assert self._loop is not None
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self.__aenter__())
            started.set()
            self._loop.run_forever()
            self._loop.run_until_complete(self.__aexit__())
            self._loop.run_until_complete(_give_up_what_hangs())
            self._loop.close()

        self._thread = threading.Thread(target=serve, daemon=True, name="openai-server")
        self._thread.start()
        started.wait(timeout=10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        counts = self.counts
        counts.under_way += 1
        counts.most_under_way = max(counts.most_under_way, counts.under_way)
        try:
            return await self._respond_to(request)
        finally:
            counts.under_way -= 1

    async def _respond_to(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.counts.chats += 1
        self.counts.bodies.append(body)
        fault = self.mood or self._draw_fault()
        if fault:
            self.counts.faults[fault] += 1
        self.counts.of(fault or ANSWERED).calls += 1
        if self.latency:
            await asyncio.sleep(self.latency)
        format_ = body.get("response_format")
        if format_ is not None and format_["type"] not in self._knows:
            return _error(400, f"response_format.type: {format_['type']} is not one this server takes")
        if fault in (RATE_LIMIT, RATE_LIMIT_NO_HINT):
            headers = {"Retry-After": "0.05"} if fault == RATE_LIMIT else {}
            return _error(429, "rate limit reached", headers)
        if fault == SERVER_ERROR:
            return _error(500, "the server failed")
        if fault in (OVERLOAD, DOWN):
            return _error(503, "the server is overloaded")
        if fault == REVOKED:
            return _error(401, "the key was revoked")
        if fault == NO_CREDIT:
            return _error(402, "there is no credit")
        if fault == FILTER_ERROR:
            return _error(400, "content_filter: the prompt was filtered")
        if fault in (HANG, DROPPED):
            await asyncio.sleep(self._hang if fault == HANG else 0)
            if request.transport is not None:  # the client may have given up first
                request.transport.abort()
            return web.Response()
        if fault == REFUSAL:
            return self._answer(body, None, finish="stop", refusal="I cannot help with that.", outcome=fault)
        text = self._respond(body)
        if fault in (CUT, NO_JSON):
            return await self._answer_broken(request, body, text, fault)
        if fault == FILTERED:
            return self._answer(body, "", finish="content_filter", outcome=fault)
        if fault == BROKEN_JSON:
            return self._answer(body, text[: max(1, len(text) // 2)], finish="stop", outcome=fault)
        if fault == TRUNCATED:
            return self._answer(body, text[: max(1, len(text) // 2)], finish="length", outcome=fault)
        return self._answer(body, text, finish="stop")

    async def _answer_broken(self, request: web.Request, body: dict[str, Any], text: str, fault: str) -> web.Response:
        """Answer, but let half of it get lost: cut off with the connection, or closed as if that were all."""
        tokens = self._tokens(body, text)
        self.counts.of(fault).untold += sum(tokens)
        half = json.dumps({"choices": [{"message": {"content": text}}]})[:20].encode()
        if fault == NO_JSON:
            return web.Response(body=half, content_type="application/json")
        cut = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await cut.prepare(request)
        await cut.write(half)
        if request.transport is not None:
            request.transport.close()
        return cut  # type: ignore[return-value]  # nothing of it is left to send

    @staticmethod
    def _tokens(body: dict[str, Any], text: str) -> tuple[int, int]:
        prompt = sum(len(str(message.get("content", "")).split()) for message in body["messages"])
        return prompt, len(text.split())

    def _draw_fault(self) -> str | None:
        point = self._rng.random()
        for fault, share in self._faults.items():
            if point < share:
                return fault
            point -= share
        return None

    def _answer(
        self,
        body: dict[str, Any],
        text: str | None,
        *,
        finish: str,
        refusal: str | None = None,
        outcome: str = ANSWERED,
    ) -> web.Response:
        prompt, completion = self._tokens(body, text or refusal or "")
        self.counts.prompt_tokens += prompt
        self.counts.completion_tokens += completion
        self.counts.largest = max(self.counts.largest, prompt + completion)
        priced = {} if self._price is None else {"cost": self._price * (prompt + completion)}
        self.counts.cost += priced.get("cost", 0.0)
        self.counts.of(outcome).told += prompt + completion
        message = {"role": "assistant", "content": text, "refusal": refusal}
        return web.json_response(
            {
                "id": f"chat-{self.counts.chats}",
                "object": "chat.completion",
                "created": 0,
                "model": body.get("model", ""),
                "choices": [{"index": 0, "message": message, "finish_reason": finish}],
                "usage": {
                    "prompt_tokens": prompt,
                    "completion_tokens": completion,
                    "total_tokens": prompt + completion,
                    **priced,
                },
            }
        )

    async def _embed(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.counts.embeddings += 1
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        self.counts.texts.extend(texts)
        if self.latency:
            await asyncio.sleep(self.latency)
        tokens = sum(len(text.split()) for text in texts)
        self.counts.prompt_tokens += tokens
        self.counts.of(EMBEDDED).calls += 1
        self.counts.of(EMBEDDED).told += tokens
        data = [
            {"object": "embedding", "index": i, "embedding": word_vector(text, self._dimensions)}
            for i, text in enumerate(texts)
        ]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return web.json_response({"object": "list", "data": data, "model": body.get("model", ""), "usage": usage})


async def _give_up_what_hangs() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def word_vector(text: str, dimensions: int) -> list[float]:
    """Return a vector that texts with common words share parts of; never all zeros."""
    vector = [0.0] * dimensions
    for word in text.lower().split() or [""]:
        vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % dimensions] += 1.0
    return vector


def last_inputs(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs of a program's call: the JSON object in the last user message that is one, also of a repair."""
    texts = [message["content"] for message in body["messages"] if message["role"] == "user"]
    value = json.loads(next(text for text in reversed(texts) if text.startswith("{")))
    assert isinstance(value, dict)
    return value


def schema_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema that the answer must fit; empty where none was asked."""
    asked = body.get("response_format") or {}
    schema = asked.get("json_schema", {}).get("schema", {})
    assert isinstance(schema, dict)
    return schema


def _error(status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"message": message, "type": "test"}}, status=status, headers=headers)
