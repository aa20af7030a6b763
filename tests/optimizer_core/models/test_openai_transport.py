"""The lean transport against a real local server: every kind of failure, exact accounting, several loops."""

from __future__ import annotations

import asyncio
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from optimizer_core.budget import Meter, Role
from optimizer_core.data.schema import Schema
from optimizer_core.errors import (
    AccessRevoked,
    InvalidAnswer,
    ModelAccessDenied,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    RateLimited,
)
from optimizer_core.models import openai_transport
from optimizer_core.models.base import ChatRequest
from optimizer_core.models.embedding_model import EmbeddingModel
from optimizer_core.models.http_errors import error_of
from optimizer_core.models.language_model import LanguageModel
from optimizer_core.models.litellm_transport import LiteLLMTransport
from optimizer_core.models.openai_transport import OpenAITransport, chat_body
from optimizer_core.models.transports import address_of, key_of, served_name, transport_for
from tests.fakes.openai_outcomes import FAULTS, HANG
from tests.fakes.openai_server import OpenAIServer, schema_of

SCHEMA = Schema.of({"type": "object", "properties": {"label": {"enum": ["a", "b"]}}, "required": ["label"]})
HELLO = [{"role": "user", "content": "hello there"}]


def respond(_body):
    return json.dumps({"label": "a"})


def model_at(server, **settings):
    settings = {"retry_first_wait": 0.001, "retry_max_wait": 0.02, "api_key": "k", **settings}
    return LanguageModel("openai/test-model", api_base=server.url, **settings)


async def test_an_answer_by_schema_with_its_tokens():
    async with OpenAIServer(respond) as server:
        meter = Meter()
        answer = await model_at(server).generate(HELLO, schema=SCHEMA, meter=meter)
    assert answer.value == {"label": "a"}
    body = server.counts.bodies[0]
    assert body["model"] == "test-model"
    assert body["response_format"]["json_schema"]["strict"] is True
    assert schema_of(body)["properties"] == SCHEMA.json_schema["properties"]
    assert (meter.total.prompt_tokens, meter.total.completion_tokens) == (
        server.counts.prompt_tokens,
        server.counts.completion_tokens,
    )
    assert meter.total.unpriced_calls == 1  # nobody knows what this model costs


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("429", RateLimited),
        ("429-no-hint", RateLimited),
        ("500", ModelUnavailable),
        ("dropped", ModelUnavailable),
        ("hang", ModelUnavailable),
        ("refusal", ModelRefused),
        ("truncated", InvalidAnswer),
        ("broken-json", InvalidAnswer),
    ],
)
async def test_each_kind_of_failure_has_its_error(fault, error):
    timeout = 0.5 if fault == HANG else 60
    async with OpenAIServer(respond, faults={fault: 1.0}, hang=3) as server:
        with pytest.raises(ModelError) as caught:
            await model_at(server, retry=1, timeout=timeout).generate(HELLO, schema=SCHEMA, meter=Meter())
    assert type(caught.value) is error


@pytest.mark.parametrize("seed", range(3))
async def test_under_faults_the_meter_agrees_with_the_servers_own_counters(seed):
    # Not HANG: a time-out on a busy machine may cut off a question that the server has not read yet.
    faults = dict.fromkeys((fault for fault in FAULTS if fault != HANG), 0.022)
    async with OpenAIServer(respond, faults=faults, seed=seed) as server:
        meter = Meter()
        model = model_at(server, retry=4)
        results = await asyncio.gather(
            *(model.generate(HELLO, schema=SCHEMA, meter=meter) for _ in range(120)), return_exceptions=True
        )
    assert meter.total.calls == server.counts.calls
    assert meter.total.prompt_tokens == server.counts.prompt_tokens
    assert meter.total.completion_tokens == server.counts.completion_tokens
    assert sum(server.counts.faults.values()) > 10
    assert all(isinstance(result, ModelError) for result in results if isinstance(result, BaseException))
    assert sum(not isinstance(result, BaseException) for result in results) > 100


def test_one_model_serves_loops_one_after_another_and_threads_at_the_same_time():
    with OpenAIServer(respond) as server:
        model = model_at(server, max_concurrency=4)

        async def ask():
            meter = Meter()
            await asyncio.gather(*(model.generate(HELLO, schema=SCHEMA, meter=meter) for _ in range(10)))
            return meter.total.calls

        assert [asyncio.run(ask()) for _ in range(2)] == [10, 10]
        with ThreadPoolExecutor(3) as pool:
            assert list(pool.map(lambda _: asyncio.run(ask()), range(3))) == [10, 10, 10]
        assert server.counts.chats == 50


async def test_connections_can_be_closed_early_and_open_again():
    async with OpenAIServer(respond) as server:
        model = model_at(server)
        await model.generate(HELLO, meter=Meter())
        await model.aclose()
        await model.generate(HELLO, meter=Meter())


async def test_an_address_where_nobody_listens_is_unavailable_and_named():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = LanguageModel("openai/x", api_base=f"http://127.0.0.1:{port}/v1", retry=1)
    meter = Meter()
    with pytest.raises(ModelUnavailable, match=str(port)):
        await model.generate(HELLO, meter=meter)
    assert meter.total.calls == 0  # no server has seen one


@pytest.mark.parametrize("is_taken", [False, True])
async def test_what_timed_out_counts_as_a_call_only_if_a_server_may_have_seen_it(is_taken):
    """Where nobody takes a connection none of the request leaves; where somebody does, it may be at work."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        address = deaf.getsockname()[:2]
        others = [] if is_taken else [socket.socket() for _ in range(3)]  # of which one or two fill its queue
        for other in others:
            other.setblocking(False)
            other.connect_ex(address)
        model = LanguageModel("openai/x", api_base=f"http://127.0.0.1:{address[1]}/v1", retry=1, timeout=0.3)
        meter = Meter()
        with pytest.raises(ModelUnavailable, match=r"no answer within 0.3 s"):
            await model.generate(HELLO, meter=meter)
        for other in others:
            other.close()
    assert meter.total.calls == int(is_taken)


async def test_a_cancelled_question_leaves_nothing_behind():
    async with OpenAIServer(respond, latency=5) as server:
        meter = Meter()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(model_at(server).generate(HELLO, meter=meter), 1)
        assert meter.total.calls == server.counts.chats == 1


ODD_ANSWERS = [
    ({"message": {"content": [{"type": "text", "text": '{"label":'}, {"type": "image"}, '"a"}', 5]}}, '{"label":"a"}'),
    ({"message": {"content": [{"type": "thinking", "thinking": "hm"}, {"text": None}, {"text": "a"}]}}, "a"),
    ({"message": {"content": None, "tool_calls": [5, {"function": 5}, {"function": {"arguments": "a"}}]}}, "a"),
    ({"message": {"content": "", "tool_calls": 5}}, ""),
    ({"message": "a"}, ""),
    ({}, ""),
]
ODD_USAGES = [
    ({"prompt_tokens": "3", "completion_tokens": "1", "cost": "0.25"}, (3, 1, 0.25)),
    ({"prompt_tokens": 3.0, "completion_tokens": "1.0", "cost": 0}, (3, 1, 0.0)),
    ({"prompt_tokens": "many", "completion_tokens": [1], "cost": True}, (0, 0, None)),
    ({"prompt_tokens": float("nan"), "completion_tokens": float("inf"), "cost": "NaN"}, (0, 0, None)),
    ({"prompt_tokens": 3, "prompt_tokens_details": [], "cost": {}}, (3, 0, None)),
    ({"prompt_tokens": 10**400, "prompt_tokens_details": {"cached_tokens": "x"}}, (0, 0, None)),
    ("none", (0, 0, None)),
]


async def ask_for(monkeypatch, said):
    async def post(*_):
        return said

    monkeypatch.setattr(openai_transport, "_post", post)
    return await OpenAITransport().chat(ChatRequest(model="openai/test-model", messages=tuple(HELLO)))


def test_an_answer_that_no_decoder_follows_to_its_end_is_none():
    with pytest.raises(ModelUnavailable, match="no JSON"):
        openai_transport._parsed("openai/x", b"[" * 100_000 + b"]" * 100_000, {}, None)


@pytest.mark.parametrize(("choice", "text"), ODD_ANSWERS)
async def test_an_odd_answer_is_read_as_far_as_it_is_one(monkeypatch, choice, text):
    assert (await ask_for(monkeypatch, {"choices": [choice]})).text == text


@pytest.mark.parametrize(("usage", "read"), ODD_USAGES)
async def test_odd_numbers_are_read_or_count_as_not_said(monkeypatch, usage, read):
    used = (await ask_for(monkeypatch, {"choices": [{}], "usage": usage})).usage
    assert (used.prompt_tokens, used.completion_tokens) == read[:2]
    assert (None if used.unpriced_calls else used.cost) == read[2]


async def test_embeddings_are_batched_and_each_distinct_text_is_sent_once():
    async with OpenAIServer(respond) as server:
        meter = Meter()
        model = EmbeddingModel("openai/e", api_base=server.url, batch_size=4)
        texts = [f"text {i % 10}" for i in range(30)]
        first, second = await asyncio.gather(model.embed(texts, meter=meter), model.embed(texts, meter=meter))
        assert first.shape == (30, 32)
        assert (first == second).all()
        assert server.counts.embeddings == 3
        assert meter.by_role[Role.EMBEDDING].prompt_tokens == server.counts.prompt_tokens == 20


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, '{"error": {"message": "bad"}}', ModelAccessDenied),
        (400, '{"error": {"code": "content_filter", "message": "blocked"}}', ModelRefused),
        (401, "", AccessRevoked),
        (402, "{}", AccessRevoked),
        (404, "not found", ModelAccessDenied),
        (408, "", ModelUnavailable),
        (429, '{"error": {"code": "insufficient_quota"}}', AccessRevoked),
        (403, "{}", AccessRevoked),
        (403, '{"error": {"message": "Your input was flagged"}}', ModelRefused),
        (429, "[]", RateLimited),
        (503, "{", ModelUnavailable),
        (529, "", ModelUnavailable),
    ],
)
def test_http_errors_become_our_own(status, body, error):
    assert type(error_of("m", status, body, {})) is error


def test_an_overloaded_server_that_names_a_time_counts_as_rate_limit():
    found = error_of("m", 503, "", {"retry-after": "3"})
    assert isinstance(found, RateLimited)
    assert found.retry_after == 3


def test_openais_reasoning_models_get_no_temperature_and_the_new_name_of_the_token_limit():
    settings = {"temperature": 0.3, "max_tokens": 7, "reasoning_effort": "low"}
    body = chat_body(ChatRequest(model="openai/o3", messages=(), settings=settings))
    assert body == {"model": "o3", "messages": [], "reasoning_effort": "low", "max_completion_tokens": 7}


def test_openrouter_is_held_to_the_schema_beside_the_callers_own_routing():
    request = ChatRequest(
        model="openrouter/a/b",
        messages=(),
        schema=SCHEMA.json_schema,
        settings={"extra_body": {"provider": {"only": ["x"]}, "seed": 1}},
    )
    body = chat_body(request)
    assert body["model"] == "a/b"
    assert body["provider"] == {"require_parameters": True, "only": ["x"]}
    assert body["seed"] == 1


@pytest.mark.parametrize(
    ("model", "api_base", "transport"),
    [
        ("openai/gpt-4o-mini", None, OpenAITransport),
        ("openai/o1-pro", None, LiteLLMTransport),  # speaks only the Responses API
        ("openai/anything", "http://x/v1", OpenAITransport),
        ("hosted_vllm/x", None, OpenAITransport),
        ("ollama/x", None, OpenAITransport),
        ("openrouter/a/b", None, OpenAITransport),
        ("deepseek/x", "http://x/v1", OpenAITransport),
        ("deepseek/x", None, LiteLLMTransport),
        ("anthropic/x", "http://x", LiteLLMTransport),
        ("local/smollm2-135m", None, LiteLLMTransport),
        ("gpt-4o-mini", None, LiteLLMTransport),
    ],
)
def test_the_transport_is_chosen_by_the_model_string(model, api_base, transport):
    assert type(transport_for(model, api_base)) is transport


def test_addresses_names_and_keys(monkeypatch):
    for variable in ("OLLAMA_HOST", "OLLAMA_API_BASE", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("OPENROUTER_API_KEY", "or-key")
    assert address_of("ollama/x", None) == "http://localhost:11434/v1"
    assert address_of("ollama/x", "http://host:1/") == "http://host:1/v1"
    monkeypatch.setenv("OLLAMA_HOST", "box:11434")
    assert address_of("ollama/x", None) == "http://box:11434/v1"
    assert address_of("openai/x", None) == "https://api.openai.com/v1"
    assert served_name("deepseek/deepseek-chat") == "deepseek-chat"
    assert served_name("meta-llama/Llama-3") == "meta-llama/Llama-3"
    assert (key_of("openrouter/a/b", None), key_of("openrouter/a/b", "mine")) == ("or-key", "mine")
