"""OpenRouter: names, keys and routing."""

from __future__ import annotations

import pytest

import optimizer_core as oc
from optimizer_core.budget import Meter
from optimizer_core.data.schema import Schema
from optimizer_core.errors import ConfigurationError
from optimizer_core.models.base import ChatRequest
from optimizer_core.models.openai_transport import chat_body
from optimizer_core.models.transports import address_of
from tests.fakes.openai_server import OpenAIServer
from tests.optimizer_core.models.scripts import Script, answer

ROUTING = {"only": ["nebius"], "allow_fallbacks": False}
SCHEMA = Schema.of({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]})


async def test_F115_the_routing_is_sent_beside_what_the_schema_needs():
    script = Script(answer('{"a": "x"}'))
    model = oc.create_openrouter_language_model(
        "anthropic/claude-3.5-sonnet", ROUTING, temperature=0.5, transport=script
    )
    await model.generate([{"role": "user", "content": "?"}], schema=SCHEMA, meter=Meter())
    (request,) = script.requests
    assert isinstance(request, ChatRequest)
    body = chat_body(request)
    assert body["model"] == "anthropic/claude-3.5-sonnet"
    assert body["provider"] == {**ROUTING, "require_parameters": True}
    assert body["temperature"] == 0.5
    assert address_of(request.model, None) == "https://openrouter.ai/api/v1"


async def test_F116_embeddings_are_asked_with_the_routing_and_every_leaf_as_a_text():
    async with OpenAIServer(lambda body: "", dimensions=4) as server:
        model = oc.OpenRouterEmbeddingModel(
            "qwen/qwen3-embedding-8b", api_key="k", provider=ROUTING, api_base=server.url
        )
        rows = await model.embed(["text", 3, True, None], meter=Meter())
        assert rows.shape == (4, 4)
        assert server.counts.embeddings == 1
    assert (model.retry, model.timeout) == (5, 30.0)
    assert model.extra_body == {"provider": ROUTING}


def test_F116_a_missing_key_is_an_error_and_the_environments_counts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="OPENROUTER_API_KEY"):
        oc.OpenRouterEmbeddingModel("qwen/qwen3-embedding-8b")
    monkeypatch.setenv("OPENROUTER_API_KEY", "k")
    assert oc.OpenRouterEmbeddingModel("openrouter/a/b").model == "openrouter/a/b"


def test_F121_its_configuration_makes_it_again_without_the_key():
    model = oc.OpenRouterEmbeddingModel("a/b", api_key="secret", provider=ROUTING)
    assert "secret" not in str(model.config())
    assert oc.EmbeddingModel.from_config(model.config()).config() == model.config()
    assert oc.OpenRouterEmbeddingModel.from_config(model.config(), api_key="k").config() == model.config()


def test_unknown_keywords_are_type_errors():
    with pytest.raises(TypeError):
        oc.create_openrouter_language_model("a/b", providers=ROUTING)
    with pytest.raises(TypeError):
        oc.OpenRouterEmbeddingModel("a/b", api_key="k", providers=ROUTING)
