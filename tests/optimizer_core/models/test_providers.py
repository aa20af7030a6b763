"""Structured output by provider, and prices."""

from __future__ import annotations

import pytest

from optimizer_core.models.prices import price_entry, usage_of
from optimizer_core.models.structured_output import accepted, is_strict, structured_output
from optimizer_core.models.transports import key_of

SCHEMA = {
    "type": "object",
    "properties": {"default": {"type": "string", "default": "x"}, "q": {"$ref": "#/$defs/Q", "description": "which"}},
    "required": ["default", "q"],
    "additionalProperties": False,
    "$defs": {"Q": {"enum": ["default", "b"], "examples": ["b"]}},
}


def test_without_a_schema_nothing_is_asked():
    assert structured_output("openai/x", None) == {}


@pytest.mark.parametrize("provider", ["openai", "azure", "anthropic", "ollama", "groq", "bedrock", "gemini", "local"])
def test_most_providers_take_a_strict_json_schema(provider):
    asked = structured_output(f"{provider}/x", SCHEMA)["response_format"]
    assert (asked["type"], asked["json_schema"]["strict"], asked["json_schema"]["name"]) == (
        "json_schema",
        True,
        "structured_output",
    )


def test_openrouter_must_choose_a_provider_that_supports_it():
    assert structured_output("openrouter/a/b", SCHEMA)["provider"] == {"require_parameters": True}


def test_cohere_takes_the_schema_beside_json_mode():
    assert structured_output("cohere/x", SCHEMA)["response_format"] == {"type": "json_object", "schema": SCHEMA}


def test_what_providers_reject_is_left_out_but_fields_of_that_name_stay():
    cleaned = accepted(SCHEMA)
    assert cleaned["properties"] == {"default": {"type": "string"}, "q": {"$ref": "#/$defs/Q"}}
    assert cleaned["$defs"] == {"Q": {"enum": ["default", "b"]}}


def test_strict_needs_every_field_required_in_every_closed_object():
    assert is_strict(SCHEMA)
    assert not is_strict({**SCHEMA, "required": ["q"]})
    assert not is_strict({"type": "object", "properties": {}, "additionalProperties": True})
    assert not is_strict({**SCHEMA, "$defs": {"Q": {"type": "object", "properties": {"a": {}}}}})


def test_known_models_have_a_price_and_unknown_ones_are_counted():
    priced = usage_of("openai/gpt-4o-mini", prompt_tokens=1_000_000, completion_tokens=0)
    assert priced.cost == pytest.approx(0.15)
    assert usage_of("openai/none", prompt_tokens=5, completion_tokens=5).unpriced_calls == 1


def test_the_price_list_is_litellms_own():
    entry = price_entry("openai/gpt-4o-mini")
    assert entry is not None
    assert entry["litellm_provider"] == "openai"


def test_tokens_from_the_providers_cache_cost_less():
    full = usage_of("openai/gpt-4o-mini", prompt_tokens=1000, completion_tokens=0).cost
    assert usage_of("openai/gpt-4o-mini", prompt_tokens=1000, completion_tokens=0, cached_tokens=1000).cost < full


def test_what_the_provider_says_it_cost_counts():
    usage = usage_of("openrouter/a/b", prompt_tokens=1, completion_tokens=1, cost=0.25)
    assert (usage.cost, usage.unpriced_calls) == (0.25, 0)


def test_a_model_behind_openrouter_is_not_priced_as_its_makers_own():
    assert price_entry("openrouter/gpt-4o-mini") is None


def test_a_providers_key_never_goes_to_an_address_that_somebody_typed(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.delenv("API_BASE_KEY", raising=False)
    assert key_of("openai/gpt-4o-mini", None) == "secret"
    assert key_of("openai/gpt-4o-mini", None, "http://elsewhere/v1") is None
    assert key_of("openai/gpt-4o-mini", "given", "http://elsewhere/v1") == "given"
    monkeypatch.setenv("API_BASE_KEY", "own")
    monkeypatch.delenv("API_BASE", raising=False)
    assert key_of("openai/gpt-4o-mini", None, "http://own/v1") is None
    monkeypatch.setenv("API_BASE", "http://own/v1/")
    assert key_of("openai/gpt-4o-mini", None, "http://own/v1") == "own"
    assert key_of("openai/gpt-4o-mini", None, "http://elsewhere/v1") is None
