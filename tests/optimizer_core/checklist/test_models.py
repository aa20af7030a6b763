"""Checklist, rows F110 to F118: language and embedding models. Their details are tested beside each of them."""

from __future__ import annotations

import random

import pytest

import optimizer_core as oc
from optimizer_core.budget import Meter, Role
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ModelUnavailable, RateLimited
from optimizer_core.models.base import ChatRequest
from optimizer_core.models.embedding_model import as_embedding_model
from optimizer_core.models.language_model import as_language_model
from optimizer_core.models.openai_transport import chat_body
from optimizer_core.models.retry import RetryPolicy, pause_of
from optimizer_core.models.structured_output import structured_output
from tests.optimizer_core.checklist.runs import defaults, omega
from tests.optimizer_core.models.scripts import Script, answer
from tests.optimizer_core.training.cases import make_program, run

QUESTION = [{"role": "user", "content": "?"}]
SCHEMA = Schema.of({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]})


def test_f110_language_models_have_the_seeds_defaults():
    assert defaults(oc.LanguageModel, "api_base", "timeout", "retry", "fallback", "caching") == (
        None, 600.0, 5, None, False,
    )  # fmt: skip
    assert defaults(oc.LanguageModel, "retry_max_wait") == (60.0,)


async def test_f110_caching_asks_the_same_question_once():
    for caching, asked in ((True, 1), (False, 2)):
        script = Script(answer('{"a": "x"}'))
        model = oc.LanguageModel("openai/f110", caching=caching, transport=script)
        for _ in range(2):
            await model.generate(QUESTION, schema=SCHEMA, meter=Meter())
        assert len(script.requests) == asked


async def test_f111_embedding_models_have_the_seeds_defaults_and_keep_each_text():
    assert defaults(oc.EmbeddingModel, "retry", "caching", "fallback") == (5, True, None)
    script = Script()
    model = oc.EmbeddingModel("openai/f111", transport=script)
    for _ in range(2):
        await model.embed(["a", "b", "a"], meter=Meter())
    assert [request.texts for request in script.embeddings] == [("a", "b")]


async def test_f112_the_fallback_chain_is_followed_to_its_end():
    scripts = [Script(ModelUnavailable("down")), Script(ModelUnavailable("down")), Script(answer('{"a": "third"}'))]
    model = None
    for number, script in reversed(list(enumerate(scripts))):
        model = oc.LanguageModel(f"openai/f112-{number}", retry=1, fallback=model, transport=script)
    assert model is not None
    meter = Meter()
    assert (await model.generate(QUESTION, schema=SCHEMA, meter=meter)).value == {"a": "third"}
    assert meter.total.calls == 3


@pytest.mark.parametrize("prefix", ["openai", "ollama", "mistral", "gemini", "hosted_vllm", "groq", "bedrock"])
def test_f113_structured_output_is_a_strict_schema_by_name(prefix):
    asked = structured_output(f"{prefix}/m", SCHEMA.shared)["response_format"]["json_schema"]
    assert (asked["name"], asked["strict"], asked["schema"]) == ("structured_output", True, SCHEMA.json_schema)


async def test_f113_an_answer_is_checked_here_and_repaired_once():
    script = Script(answer('{"a": 1}'), answer('{"a": "x"}'))
    model = oc.LanguageModel("openai/f113", transport=script)
    reply = await model.generate(QUESTION, schema=SCHEMA, meter=Meter())
    assert (reply.value, len(script.requests)) == ({"a": "x"}, 2)
    assert "a: expected a string, found 1" in script.requests[1].messages[-1]["content"]


def test_f114_defaults_may_be_models_strings_or_configurations_and_end_with_the_process():
    try:
        for given in ("openai/f114", oc.LanguageModel("openai/f114"), oc.LanguageModel("openai/f114").config()):
            oc.set_default_language_model(given)
            assert as_language_model(None).model == "openai/f114"
        oc.set_default_embedding_model("openai/e")
        assert as_embedding_model(None).model == "openai/e"
    finally:
        oc.set_default_language_model(None)
        oc.set_default_embedding_model(None)
    assert oc.get_default_language_model() is None


def test_f115_openrouter_routes_language_models():
    model = oc.create_openrouter_language_model("meta/llama", {"only": ["nebius"]})
    body = chat_body(
        ChatRequest(model=model.model, messages=(), schema=SCHEMA.shared, settings={"extra_body": model.extra_body})
    )
    assert body["provider"] == {"only": ["nebius"], "require_parameters": True}


async def test_f116_openrouter_embeds_every_leaf_as_a_text():
    assert defaults(oc.OpenRouterEmbeddingModel, "retry", "timeout", "provider") == (5, 30.0, None)
    script = Script()
    model = oc.OpenRouterEmbeddingModel("qwen/e", provider={"only": ["nebius"]}, transport=script)
    await model.embed(["x", 1, None, True, 0.5], meter=Meter())
    (request,) = script.embeddings
    assert request.texts == ("x", "1", "None", "True", "0.5")
    assert request.settings["extra_body"] == {"provider": {"only": ["nebius"]}}


async def test_f117_calls_tokens_and_time_are_booked_by_role():
    _, recorder = await run(make_program(), omega(), epochs=1)
    spent = recorder.of("spend.updated")[-1].by_role
    assert {"task", "proposer", "embedding"} == set(spent)
    assert all(spent[role]["calls"] and spent[role]["tokens"] for role in spent)


async def test_f117_cost_is_summed_over_attempts():
    meter = Meter()
    model = oc.LanguageModel("openai/f117", transport=Script(answer('{"a": 1}'), answer('{"a": "x"}')))
    reply = await model.generate(QUESTION, schema=SCHEMA, meter=meter, role=Role.JUDGE)
    assert reply.usage.cost == meter.by_role[Role.JUDGE].cost == 1.0
    assert (meter.total.tokens, meter.total.calls) == (24, 2)


def test_f118_reasoning_effort_is_sent_as_the_provider_wants_it():
    request = ChatRequest(model="openrouter/a/b", messages=(), settings={"reasoning_effort": "disable"})
    assert chat_body(request)["reasoning_effort"] == "none"


async def test_f118_the_models_own_reasoning_fills_the_thinking_field():
    script = Script(answer('{"a": "x"}', reasoning="because"))
    thinking = SCHEMA.with_field_first("thinking", {"type": "string"})
    model = oc.LanguageModel("openai/gpt-5", reasoning_effort="low", transport=script)
    reply = await model.generate(QUESTION, schema=thinking, meter=Meter())
    assert reply.value == {"thinking": "because", "a": "x"}
    assert list((script.requests[0].schema or {})["properties"]) == ["a"]


async def test_retry_after_is_kept_to_and_shared_by_all_who_ask_the_model():
    policy = RetryPolicy(attempts=5, first_wait=1.0, max_wait=60.0)
    assert 3.0 <= policy.wait(0, RateLimited("slow", retry_after=3.0), random.Random(0)) <= 3.1
    assert policy.wait(0, RateLimited("slow", retry_after=999.0), random.Random(0)) <= 60.1
    assert pause_of("openai/shared", "x") is pause_of("openai/shared", "x")
