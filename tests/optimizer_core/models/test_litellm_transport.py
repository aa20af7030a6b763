"""The same failures, carried by LiteLLM itself."""

from __future__ import annotations

import asyncio
import importlib
import json

import pytest

from optimizer_core.budget import Meter
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
from optimizer_core.models.embedding_model import EmbeddingModel
from optimizer_core.models.language_model import LanguageModel
from optimizer_core.models.litellm_loop import load_litellm
from optimizer_core.models.litellm_transport import LiteLLMTransport, translate
from tests.fakes.openai_outcomes import HANG
from tests.fakes.openai_server import OpenAIServer

SCHEMA = Schema.of({"type": "object", "properties": {"label": {"enum": ["a", "b"]}}, "required": ["label"]})
HELLO = [{"role": "user", "content": "hello there"}]


def model_at(server, **settings):
    return LanguageModel(
        "openai/gpt-4o-mini",
        api_base=server.url,
        api_key="k",
        transport=LiteLLMTransport(),
        retry_first_wait=0.001,
        retry_max_wait=0.02,
        **settings,
    )


def respond(_body):
    return json.dumps({"label": "a"})


async def test_an_answer_by_schema_with_tokens_and_price():
    async with OpenAIServer(respond) as server:
        meter = Meter()
        answer = await model_at(server).generate(HELLO, schema=SCHEMA, meter=meter)
    assert answer.value == {"label": "a"}
    assert server.counts.bodies[0]["response_format"]["type"] == "json_schema"
    assert meter.total.calls == server.counts.calls == 1
    assert meter.total.prompt_tokens == server.counts.prompt_tokens
    assert meter.total.cost > 0
    assert meter.total.unpriced_calls == 0


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("429", RateLimited),
        ("500", ModelUnavailable),
        ("dropped", ModelUnavailable),
        ("hang", ModelUnavailable),
        ("refusal", ModelRefused),
        ("truncated", InvalidAnswer),
    ],
)
async def test_each_kind_of_failure_has_its_error_and_is_asked_once(fault, error):
    timeout = 2 if fault == HANG else 60
    async with OpenAIServer(respond, faults={fault: 1.0}, hang=5.0) as server:
        meter = Meter()
        with pytest.raises(ModelError) as caught:
            await model_at(server, retry=1, timeout=timeout).generate(HELLO, schema=SCHEMA, meter=meter)
        assert type(caught.value) is error
        assert meter.total.calls == server.counts.calls == 1
    if fault == "429":
        assert isinstance(caught.value, RateLimited)
        assert caught.value.retry_after == 0.05


def test_several_loops_one_after_another_leave_nothing_behind():
    with OpenAIServer(respond) as server:
        model = model_at(server)

        async def ask():
            await asyncio.gather(*(model.generate(HELLO, schema=SCHEMA, meter=Meter()) for _ in range(3)))

        for _ in range(3):
            asyncio.run(ask())
        assert server.counts.chats == 9


async def test_embeddings():
    async with OpenAIServer(respond) as server:
        model = EmbeddingModel("openai/e", api_base=server.url, api_key="k", transport=LiteLLMTransport())
        assert (await model.embed(["a b", "c"], meter=Meter())).shape == (2, 32)


@pytest.fixture
def records(monkeypatch):
    """Who is asked, for each record that LiteLLM puts together for its log."""
    load_litellm()
    logging = importlib.import_module("litellm.litellm_core_utils.litellm_logging").Logging
    found, write = [], logging._async_success_handler_body

    async def note(self, *args, **kwargs):
        found.append(self.model)
        await write(self, *args, **kwargs)

    monkeypatch.setattr(logging, "_async_success_handler_body", note)
    return found


async def ask_both(server):
    await model_at(server).generate(HELLO, schema=SCHEMA, meter=Meter())
    embedder = EmbeddingModel("openai/e", api_base=server.url, api_key="k", transport=LiteLLMTransport())
    await embedder.embed(["a b"], meter=Meter())


async def test_litellm_puts_no_record_together_that_nobody_reads(records):
    async with OpenAIServer(respond) as server:
        await ask_both(server)
        await asyncio.sleep(0.2)
    assert records == []


async def test_whoever_has_litellm_report_its_calls_still_hears_of_each(records, monkeypatch):
    heard = []

    async def report(call, _answer, _began, _ended):
        heard.append(call["model"])

    monkeypatch.setattr(load_litellm(), "success_callback", [report])
    async with OpenAIServer(respond) as server:
        await ask_both(server)
        async with asyncio.timeout(5):
            while len(heard) < 2:
                await asyncio.sleep(0.01)
    assert heard == records == ["gpt-4o-mini", "e"]


def test_permanent_errors_are_told_from_passing_ones():
    load_litellm()
    litellm = importlib.import_module("litellm")
    kinds = litellm.exceptions
    for kind, ours in (
        (kinds.AuthenticationError, AccessRevoked),
        (kinds.NotFoundError, ModelAccessDenied),
        (kinds.BadRequestError, ModelAccessDenied),
        (kinds.ContentPolicyViolationError, ModelRefused),
        (kinds.ServiceUnavailableError, ModelUnavailable),
        (kinds.Timeout, ModelUnavailable),
    ):
        assert type(translate(litellm, "m", kind(message="x", model="m", llm_provider="p"))) is ours
