"""Names, keys and prices of models."""

from __future__ import annotations

import pytest

from omegaweb.engine import providers
from omegaweb.engine.providers import FREE, key_note, missing_key, price_of, suggestions


@pytest.mark.parametrize("model", ["openai/gpt-4o-mini", "gpt-4o-mini", "anthropic/claude-haiku-4-5"])
def test_listed_models_have_a_price(model: str):
    price = price_of(model)

    assert price is not None
    assert 0 < price.read < price.written


def test_a_model_that_is_not_listed_has_no_price():
    assert price_of("someone/unheard-of") is None
    assert price_of("groq/gpt-4o-mini") is None


@pytest.mark.parametrize("model", ["local/smollm2-135m", "ollama_chat/llama3.2", "hosted_vllm/mine"])
def test_what_runs_here_is_free_and_needs_no_key(model: str):
    assert price_of(model) == FREE
    assert missing_key(model) == ""


def test_a_key_is_missing_until_it_is_set_or_an_address_is_given(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    assert missing_key("openai/gpt-4o-mini") == "OPENAI_API_KEY"
    assert missing_key("gpt-4o-mini") == "OPENAI_API_KEY"
    assert missing_key("openai/gpt-4o-mini", "http://localhost:1") == ""
    assert key_note("openai/gpt-4o-mini") == "OPENAI_API_KEY is not set"
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    assert missing_key("openai/gpt-4o-mini") == ""
    assert key_note("openai/gpt-4o-mini") == "OPENAI_API_KEY is set"


def test_the_built_in_models_come_first_and_no_key_is_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret-value")
    offered = suggestions()

    assert offered["language"][0][0] == providers.BUILT_IN_LANGUAGE_MODEL
    assert offered["embedding"][0][0] == providers.BUILT_IN_EMBEDDING_MODEL
    assert "secret-value" not in str(offered)


def test_a_model_without_a_name_needs_nothing():
    assert missing_key("") == ""
